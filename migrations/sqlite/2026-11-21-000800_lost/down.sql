DROP INDEX attempt_ending;
ALTER TABLE attempt DROP COLUMN ending;
ALTER TABLE track DROP COLUMN lost;
