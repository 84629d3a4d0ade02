-- What people ask of pipelines and tracks, as far as it has to outlive the server.
ALTER TABLE pipeline ADD COLUMN reason SMALLINT;
ALTER TABLE pipeline ADD COLUMN paused BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE pipeline ADD COLUMN queued BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE pipeline ADD COLUMN due_at BIGINT;
ALTER TABLE pipeline ADD COLUMN priority INTEGER NOT NULL DEFAULT 0;
ALTER TABLE pipeline ADD COLUMN again_of BIGINT;
ALTER TABLE track ADD COLUMN mark SMALLINT;
ALTER TABLE track ADD COLUMN ending SMALLINT;
-- After which verdict it runs; none: a script that the verdict is about.
ALTER TABLE vertex ADD COLUMN handler SMALLINT;
