DROP INDEX journal_of_who;
DROP TRIGGER pipeline_moved;
DROP TRIGGER pipeline_started;
DROP TABLE activity;
DROP TABLE tally;
