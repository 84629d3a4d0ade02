DROP VIEW graph_last;
DROP TABLE archived_graph;
DROP TABLE graph_tag;
