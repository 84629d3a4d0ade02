-- What may start a graph without a credential: its calls are signed with a secret, sealed here.
CREATE TABLE hook (
    id INTEGER NOT NULL PRIMARY KEY,
    -- The newest version of this name is started.
    graph_name TEXT NOT NULL,
    sealed BLOB NOT NULL,
    style TEXT NOT NULL,
    enabled BOOLEAN NOT NULL,
    -- Where the values of a start come from, as JSON.
    input TEXT NOT NULL,
    creator TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX hook_graph ON hook (graph_name, id);
INSERT INTO spent (kind, highest) VALUES ('hook', 0);
