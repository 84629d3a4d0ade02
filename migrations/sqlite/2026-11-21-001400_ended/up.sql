-- Pipelines by when they ended: the age of what is over counts from there.
CREATE INDEX pipeline_by_end ON pipeline (finished_at) WHERE finished_at IS NOT NULL;
