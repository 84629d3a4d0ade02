DROP TABLE session;
DROP TABLE journal;
DROP TABLE attempt;
DROP TABLE track;
DROP TABLE pipeline;
DROP TABLE edge;
DROP TABLE vertex;
DROP TABLE graph;
