DROP TABLE removal;
DROP INDEX pipeline_by_time;
DROP INDEX pipeline_by_trigger;
DROP INDEX pipeline_by_creator;
DROP INDEX pipeline_by_version;
DROP INDEX pipeline_by_graph;
DROP INDEX pipeline_by_state;
ALTER TABLE pipeline DROP COLUMN graph_name;
