-- The words by which people find a version of a graph.
CREATE TABLE graph_tag (
    graph_id BIGINT NOT NULL REFERENCES graph (id) ON DELETE CASCADE,
    tag TEXT NOT NULL,
    PRIMARY KEY (graph_id, tag)
) WITHOUT ROWID;
CREATE INDEX graph_by_tag ON graph_tag (tag, graph_id);

-- Names of graphs that are neither started nor changed, all versions of them.
CREATE TABLE archived_graph (
    name TEXT NOT NULL PRIMARY KEY,
    who TEXT NOT NULL,
    at BIGINT NOT NULL
) WITHOUT ROWID;

-- The newest pipeline of any version of a graph's name: for each version one look into the index.
CREATE VIEW graph_last AS
SELECT g.id AS graph_id,
    (SELECT max((SELECT max(p.id) FROM pipeline AS p WHERE p.graph_id = v.id))
     FROM graph AS v WHERE v.name = g.name) AS pipeline_id
FROM graph AS g;
