-- What scripts leave for those after them: declared with a vertex, referred to by others, kept with
-- the track that succeeded.
ALTER TABLE vertex ADD COLUMN outputs TEXT NOT NULL DEFAULT '[]';
ALTER TABLE vertex ADD COLUMN refers TEXT NOT NULL DEFAULT '[]';
ALTER TABLE track ADD COLUMN outputs TEXT NOT NULL DEFAULT '{}';
