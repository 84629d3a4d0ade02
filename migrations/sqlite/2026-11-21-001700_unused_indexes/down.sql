CREATE INDEX track_pending ON track (id) WHERE state = 1;
