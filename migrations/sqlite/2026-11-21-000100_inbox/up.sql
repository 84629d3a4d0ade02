-- Tracks that wait for a person: finding them must not take longer as the history grows.
CREATE INDEX track_waiting ON track (id) WHERE state = 7 OR pending_on = 1;
DROP INDEX track_interrupted;
