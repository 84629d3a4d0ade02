DROP INDEX journal_of_whole;
DROP INDEX journal_of_track;
