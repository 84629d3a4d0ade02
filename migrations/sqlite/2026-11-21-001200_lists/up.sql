-- Lists of pipelines are found by what they are asked for, newest first, without reading the others.
-- The name of the graph is kept with its pipelines: one that has run is never named anew.
ALTER TABLE pipeline ADD COLUMN graph_name TEXT NOT NULL DEFAULT '';
UPDATE pipeline SET graph_name = (SELECT name FROM graph WHERE graph.id = pipeline.graph_id);
CREATE INDEX pipeline_by_state ON pipeline (state);
CREATE INDEX pipeline_by_graph ON pipeline (graph_name, state);
CREATE INDEX pipeline_by_version ON pipeline (graph_id, state);
CREATE INDEX pipeline_by_creator ON pipeline (creator);
CREATE INDEX pipeline_by_trigger ON pipeline (trigger_kind);
CREATE INDEX pipeline_by_time ON pipeline (created_at);
-- Pipelines that are being removed: nobody reads them any more, their rows and files go bit by bit.
CREATE TABLE removal (
    pipeline_id INTEGER NOT NULL PRIMARY KEY
);
