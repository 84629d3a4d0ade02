-- How many pipelines were started in each hour since 1970, by the state that they are in now: pages show a
-- year without reading it. The database itself keeps it, in the transaction of each change. What is deleted
-- stays counted: it has run.
CREATE TABLE tally (
    hour BIGINT NOT NULL,
    state SMALLINT NOT NULL,
    pipelines BIGINT NOT NULL,
    PRIMARY KEY (hour, state)
) WITHOUT ROWID;
INSERT INTO tally SELECT created_at / 3600000, state, count(*) FROM pipeline GROUP BY 1, 2;

-- The newest pipeline of each graph's name that has one: which graphs were active lately.
CREATE TABLE activity (
    graph_name TEXT NOT NULL PRIMARY KEY,
    pipeline_id BIGINT NOT NULL
) WITHOUT ROWID;
INSERT INTO activity SELECT graph_name, max(id) FROM pipeline GROUP BY graph_name;
CREATE INDEX activity_newest ON activity (pipeline_id);

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

-- What somebody asked for is found among all that follows from the rules.
CREATE INDEX journal_of_who ON journal (who, sequence) WHERE who <> '';
