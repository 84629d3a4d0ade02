DROP TABLE given_secret;
DROP TABLE secret;
