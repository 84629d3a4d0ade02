-- Sealed values: only with the key file beside the database they can be opened (src/secrets).

-- Secrets of the server that graphs name.
CREATE TABLE secret (
    name TEXT NOT NULL PRIMARY KEY,
    sealed BLOB NOT NULL,
    creator TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
) WITHOUT ROWID;

-- Values of secret parameters. track.input has null for each.
CREATE TABLE given_secret (
    track_id BIGINT NOT NULL REFERENCES track (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    sealed BLOB NOT NULL,
    PRIMARY KEY (track_id, name)
) WITHOUT ROWID;
