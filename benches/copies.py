"""Makes a long history of a short one: rows of pipelines that ran, copied in the order of their keys."""

# What of a row is the number of a pipeline, a track or a line of the journal, and grows with each copy.
NUMBERS = {
    "pipeline": {"id": "pipeline", "first_track": "track"},
    "track": {"id": "track", "pipeline_id": "pipeline"},
    "attempt": {"track_id": "track", "pipeline_id": "pipeline"},
    "journal": {"sequence": "journal", "pipeline_id": "pipeline", "track_id": "track"},
}
# What the database counts itself with each change, and how it is counted anew.
COUNTED = {
    "hourly": "SELECT created_at / 3600000, count(*), sum(state = 3), sum(state = 2) FROM pipeline GROUP BY 1",
    "activity": "SELECT graph_name, max(id) FROM pipeline GROUP BY graph_name",
    "state_count": "SELECT value, (SELECT count(*) FROM pipeline WHERE state = value) FROM json_each('[0,1,2,3,4]')",
}


def copy(base, pipelines, apart=1_000):
    """Copies all rows until there are so many pipelines. The newest copy has the times that are there; each one
    before it is `apart` milliseconds older."""
    one = lambda query: base.execute(query).fetchone()[0]
    names = {"pipeline": "id", "track": "id", "journal": "sequence"}
    steps = {table: one(f"SELECT max({name}) FROM {table}") for table, name in names.items()}
    times = -(-pipelines // steps["pipeline"]) - 1
    moments = lambda table: [row[1] for row in base.execute(f"PRAGMA table_info({table})") if row[1] == "at" or row[1].endswith("_at")]
    base.executescript("PRAGMA journal_mode = OFF; PRAGMA foreign_keys = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -500000")
    for table in NUMBERS:
        older = ", ".join(f"{moment} = {moment} - {times * apart}" for moment in moments(table))
        base.execute(f"UPDATE {table} SET {older}")
    base.execute("CREATE TEMP TABLE copy (n INTEGER PRIMARY KEY)")
    base.executemany("INSERT INTO copy VALUES (?)", ((n,) for n in range(1, times + 1)))
    triggers = base.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'pipeline'").fetchall()
    for name, _ in triggers:
        base.execute(f"DROP TRIGGER {name}")
    for table, numbers in NUMBERS.items():
        def value(column):
            if column in numbers:
                return f"{column} + n * {steps[numbers[column]]}"
            if column == "request_key":
                return "NULL"
            return f"{column} + n * {apart}" if column in moments(table) else column
        columns = [value(row[1]) for row in base.execute(f"PRAGMA table_info({table})")]
        # The copies outside: rows come in the order of their keys, and every index grows at its ends.
        base.execute(f"INSERT INTO {table} SELECT {', '.join(columns)} FROM copy CROSS JOIN {table}")
        base.commit()
    for table, counted in COUNTED.items():
        if one(f"SELECT count(*) FROM sqlite_master WHERE name = '{table}'"):
            base.execute(f"DELETE FROM {table}")
            base.execute(f"INSERT INTO {table} {counted}")
    for _, sql in triggers:
        base.execute(sql)
    base.commit()
