-- No statement finds anything by it: what is PENDING is found by its pipeline.
DROP INDEX track_pending;
