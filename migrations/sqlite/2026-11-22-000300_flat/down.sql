DROP INDEX journal_of_rare;
DROP INDEX pipeline_failed;
DROP TRIGGER pipeline_gone;
DROP TRIGGER pipeline_moved;
DROP TRIGGER pipeline_started;
DROP TABLE state_count;
DROP TABLE hourly;
CREATE TABLE tally (
    hour BIGINT NOT NULL,
    state SMALLINT NOT NULL,
    pipelines BIGINT NOT NULL,
    PRIMARY KEY (hour, state)
) WITHOUT ROWID;
INSERT INTO tally SELECT created_at / 3600000, state, count(*) FROM pipeline GROUP BY 1, 2;
CREATE TRIGGER pipeline_started AFTER INSERT ON pipeline BEGIN
    INSERT INTO tally VALUES (NEW.created_at / 3600000, NEW.state, 1)
        ON CONFLICT DO UPDATE SET pipelines = pipelines + 1;
    INSERT INTO activity VALUES (NEW.graph_name, NEW.id)
        ON CONFLICT DO UPDATE SET pipeline_id = max(pipeline_id, NEW.id);
END;
CREATE TRIGGER pipeline_moved AFTER UPDATE OF state ON pipeline WHEN OLD.state <> NEW.state BEGIN
    UPDATE tally SET pipelines = pipelines - 1 WHERE hour = OLD.created_at / 3600000 AND state = OLD.state;
    INSERT INTO tally VALUES (NEW.created_at / 3600000, NEW.state, 1)
        ON CONFLICT DO UPDATE SET pipelines = pipelines + 1;
END;
