-- Requests with an `Idempotency-Key` that have changed something, each noted in the transaction of what
-- it changed. Starts are not here: a pipeline has its key itself.
CREATE TABLE request (
    key TEXT NOT NULL PRIMARY KEY,
    digest TEXT NOT NULL,
    who TEXT NOT NULL,
    at BIGINT NOT NULL,
    made BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX request_at ON request (at);
