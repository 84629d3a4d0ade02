-- Pipelines are looked up by the one that they are another run of.
CREATE INDEX pipeline_again ON pipeline (again_of) WHERE again_of IS NOT NULL;
