-- Times are milliseconds since 1970 (UTC); states and reasons are codes of engine/state.rs;
-- JSON is text. Numbers of pipelines, tracks and journal entries are given by the engine.

CREATE TABLE graph (
    id INTEGER NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    version INTEGER NOT NULL,
    -- Grows with every edit of a version that is not sealed.
    revision BIGINT NOT NULL,
    description TEXT NOT NULL,
    -- The text as its author wrote it, and its form: yaml or json.
    source TEXT NOT NULL,
    format TEXT NOT NULL,
    -- SHA-256 of the definition without comments and layout.
    digest TEXT NOT NULL,
    checked BOOLEAN NOT NULL,
    sealed BOOLEAN NOT NULL,
    input TEXT NOT NULL,
    policies TEXT NOT NULL,
    problems TEXT NOT NULL,
    vertices INTEGER NOT NULL,
    edges INTEGER NOT NULL,
    creator TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (name, version)
);

CREATE TABLE vertex (
    id INTEGER NOT NULL PRIMARY KEY,
    graph_id BIGINT NOT NULL REFERENCES graph (id) ON DELETE CASCADE,
    -- Its place in the definition, from 0.
    place INTEGER NOT NULL,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    script TEXT NOT NULL,
    -- The script with every placeholder replaced by a reference.
    compiled TEXT NOT NULL,
    input TEXT NOT NULL,
    policies TEXT NOT NULL,
    UNIQUE (graph_id, place),
    UNIQUE (graph_id, name)
);

-- head after tail. The key begins with the head: "has this vertex a predecessor" is one look-up.
CREATE TABLE edge (
    graph_id BIGINT NOT NULL REFERENCES graph (id) ON DELETE CASCADE,
    head BIGINT NOT NULL,
    tail BIGINT NOT NULL,
    PRIMARY KEY (graph_id, head, tail)
) WITHOUT ROWID;
CREATE INDEX edge_by_tail ON edge (graph_id, tail);

CREATE TABLE pipeline (
    id INTEGER NOT NULL PRIMARY KEY,
    graph_id BIGINT NOT NULL REFERENCES graph (id),
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    state SMALLINT NOT NULL,
    request_key TEXT UNIQUE,
    creator TEXT NOT NULL,
    trigger_kind TEXT NOT NULL,
    -- What was given at the start.
    input TEXT NOT NULL,
    first_track BIGINT NOT NULL,
    vertices INTEGER NOT NULL,
    created_at BIGINT NOT NULL,
    -- Set when nothing of it can move any more.
    finished_at BIGINT
);
CREATE INDEX pipeline_live ON pipeline (id) WHERE finished_at IS NULL;
CREATE INDEX pipeline_of_graph ON pipeline (graph_id, id);

CREATE TABLE track (
    id INTEGER NOT NULL PRIMARY KEY,
    pipeline_id BIGINT NOT NULL REFERENCES pipeline (id) ON DELETE CASCADE,
    vertex_id BIGINT NOT NULL REFERENCES vertex (id),
    name TEXT NOT NULL,
    state SMALLINT NOT NULL,
    pending_on SMALLINT,
    due_at BIGINT,
    reason SMALLINT,
    detail TEXT NOT NULL,
    exit_code INTEGER,
    attempt INTEGER NOT NULL,
    retries INTEGER NOT NULL,
    -- A required value has not been given.
    missing BOOLEAN NOT NULL,
    input TEXT NOT NULL,
    script TEXT NOT NULL,
    -- The last bytes of the last attempt's output.
    output BLOB NOT NULL,
    started_at BIGINT,
    finished_at BIGINT
);
CREATE INDEX track_of_pipeline ON track (pipeline_id, state);
CREATE INDEX track_of_vertex ON track (vertex_id);
CREATE INDEX track_pending ON track (id) WHERE state = 1;
CREATE INDEX track_running ON track (id) WHERE state = 2;
CREATE INDEX track_interrupted ON track (id) WHERE state = 7;

CREATE TABLE attempt (
    track_id BIGINT NOT NULL REFERENCES track (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    pipeline_id BIGINT NOT NULL,
    -- The boot of the host on which it was ordered.
    boot TEXT NOT NULL,
    ordered_at BIGINT NOT NULL,
    started_at BIGINT,
    finished_at BIGINT,
    reason SMALLINT,
    exit_code INTEGER,
    signal INTEGER,
    detail TEXT NOT NULL,
    log_bytes BIGINT NOT NULL,
    dropped_bytes BIGINT NOT NULL,
    PRIMARY KEY (track_id, number)
) WITHOUT ROWID;

-- Append only.
CREATE TABLE journal (
    sequence INTEGER NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL,
    pipeline_id BIGINT NOT NULL,
    track_id BIGINT,
    old_state TEXT NOT NULL,
    new_state TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    who TEXT NOT NULL,
    why TEXT NOT NULL
);
CREATE INDEX journal_of_pipeline ON journal (pipeline_id, sequence);

-- Browsers that are signed in; the cookie itself is never stored, only its SHA-256.
CREATE TABLE session (
    digest TEXT NOT NULL PRIMARY KEY,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
