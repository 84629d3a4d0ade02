-- The highest number that was ever given, of each kind: what is deleted must not give its number to
-- something else. Written in the transaction that deletes.
CREATE TABLE spent (
    kind TEXT NOT NULL PRIMARY KEY,
    highest BIGINT NOT NULL
) WITHOUT ROWID;
INSERT INTO spent (kind, highest) VALUES ('graph', 0), ('vertex', 0), ('pipeline', 0), ('track', 0), ('journal', 0);
