-- What pages count and look for costs the same however long the history is.

-- One row for each hour: a year is added up from half as many rows, and a change of a state is one statement.
CREATE TABLE hourly (
    hour INTEGER NOT NULL PRIMARY KEY,
    started BIGINT NOT NULL,
    finished BIGINT NOT NULL,
    failed BIGINT NOT NULL
);
INSERT INTO hourly SELECT hour, sum(pipelines), sum(iif(state = 3, pipelines, 0)), sum(iif(state = 2, pipelines, 0))
    FROM tally GROUP BY hour;
DROP TRIGGER pipeline_started;
DROP TRIGGER pipeline_moved;
DROP TABLE tally;

-- How many pipelines there are at each state. What is deleted is not counted any more.
CREATE TABLE state_count (
    state INTEGER NOT NULL PRIMARY KEY,
    pipelines BIGINT NOT NULL
);
INSERT INTO state_count SELECT value, (SELECT count(*) FROM pipeline WHERE state = value) FROM json_each('[0,1,2,3,4]');

CREATE TRIGGER pipeline_started AFTER INSERT ON pipeline BEGIN
    INSERT INTO hourly VALUES (NEW.created_at / 3600000, 1, NEW.state = 3, NEW.state = 2)
        ON CONFLICT DO UPDATE SET started = started + 1, finished = finished + (NEW.state = 3), failed = failed + (NEW.state = 2);
    INSERT INTO activity VALUES (NEW.graph_name, NEW.id)
        ON CONFLICT DO UPDATE SET pipeline_id = max(pipeline_id, NEW.id);
    UPDATE state_count SET pipelines = pipelines + 1 WHERE state = NEW.state;
END;
CREATE TRIGGER pipeline_moved AFTER UPDATE OF state ON pipeline WHEN OLD.state <> NEW.state BEGIN
    UPDATE hourly SET finished = finished + (NEW.state = 3) - (OLD.state = 3), failed = failed + (NEW.state = 2) - (OLD.state = 2)
        WHERE hour = OLD.created_at / 3600000 AND (NEW.state IN (2, 3) OR OLD.state IN (2, 3));
    UPDATE state_count SET pipelines = pipelines + iif(state = NEW.state, 1, -1) WHERE state IN (OLD.state, NEW.state);
END;
CREATE TRIGGER pipeline_gone AFTER DELETE ON pipeline BEGIN
    UPDATE state_count SET pipelines = pipelines - 1 WHERE state = OLD.state;
END;

-- What failed lately is found without reading the rows of what failed. Only what fails pays for it.
CREATE INDEX pipeline_failed ON pipeline (id, finished_at) WHERE state = 2;

-- What is rare in the journal is found among all that is common. What is common pays nothing: a search meets
-- it soon.
CREATE INDEX journal_of_rare ON journal (new_state, sequence)
    WHERE new_state NOT IN ('PENDING', 'RUNNING', 'SUCCEED', 'FINISH');
