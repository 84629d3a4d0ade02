-- What the journal says of one track, and of a pipeline itself, is found without reading all of it.
CREATE INDEX journal_of_track ON journal (track_id, sequence) WHERE track_id IS NOT NULL;
CREATE INDEX journal_of_whole ON journal (pipeline_id, sequence) WHERE track_id IS NULL;
