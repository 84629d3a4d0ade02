CREATE INDEX track_interrupted ON track (id) WHERE state = 7;
DROP INDEX track_waiting;
