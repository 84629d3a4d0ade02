-- Who changed what people define and keep; of pipelines the journal says it. No value of a secret is here.
CREATE TABLE deed (
    id INTEGER NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL,
    who TEXT NOT NULL,
    verb TEXT NOT NULL,
    -- graph, hook, secret, token, sign-in-link, server
    object TEXT NOT NULL,
    -- What people call it: of a hook the name of its graph.
    name TEXT NOT NULL,
    -- Its number, if it has one.
    number BIGINT,
    detail TEXT NOT NULL
);
CREATE INDEX deed_of_object ON deed (object, name, id);
CREATE INDEX deed_of_who ON deed (who, id);
