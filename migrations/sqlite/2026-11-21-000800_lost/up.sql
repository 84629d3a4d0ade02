-- The number of the last attempt of which nobody knows how it ended; something of it may still run.
ALTER TABLE track ADD COLUMN lost INTEGER NOT NULL DEFAULT 0;
UPDATE track SET lost = coalesce((SELECT max(number) FROM attempt WHERE track_id = track.id AND reason = 5), 0)
WHERE id IN (SELECT track_id FROM attempt WHERE reason = 5);
-- What is left of such an attempt is to be ended: 1 with a grace, 2 at once.
ALTER TABLE attempt ADD COLUMN ending SMALLINT;
CREATE INDEX attempt_ending ON attempt (boot) WHERE ending IS NOT NULL;
