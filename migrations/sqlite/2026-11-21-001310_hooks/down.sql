DROP TABLE hook;
DELETE FROM spent WHERE kind = 'hook';
