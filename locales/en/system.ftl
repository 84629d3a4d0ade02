system-title = System
system-metrics = Metrics
system-healthz = Health for programs
system-health = Health
system-fine = fine
system-notice = to know
system-bad = bad
system-driver = Driver
system-driver-answers = It answers.
system-driver-silent = It does not answer: it is busy, or hangs.
system-database = Database
# $size (String) - of the file
system-database-fine = It can be read and written; the file has { $size }.
# $why (String) - what the database said
system-database-bad = It cannot be written: { $why }
system-disk = Disk
# $free (String) - room
system-disk-fine = { $free } free.
# $free (String) - room
# $most (String) - what the logs of scripts may take
system-disk-tight = { $free } free, and the logs of scripts that run at once may take { $most }. Make room, or lower log_cap_bytes.
# $free (String) - room
# $least (String) - what is needed
system-disk-full = { $free } free, less than { $least }: results may not be saved. Make room.
system-disk-unknown = The system does not say how much room there is.
system-reserve = Reserve
system-reserve-fine = The room that saves results when the disk is full is kept.
# $why (String) - what the system said
system-reserve-bad = The room that saves results when the disk is full could not be kept: { $why }
system-clock = Clock
system-clock-fine = Not before the newest entry of the journal.
system-clock-back = It was set back behind the newest entry of the journal, so waits and time limits are wrong.
system-work = Work
system-takes-work = Scripts are started.
system-draining = No new script starts; the server ends once nothing runs.
system-interpreters = Interpreters
# $names (String) - names of programs
system-shells = Found: { $names }
system-no-sh = There is no sh in script_path.

system-figures = Figures
system-version = Version
system-schema = Form of the database
system-database-size = Database
system-log-size = Changes not yet in it
system-pending = Tracks pending
system-ready = Tracks that wait for a slot
system-queued = Pipelines that wait for their turn
system-commands = Requests that wait
system-viewers = Streams that watch
system-log-cap = Kept of each log, at most
system-tail = Kept of each output in the database

system-kept = What is kept
system-retention = Nothing is deleted by itself, unless a graph says so. What would be, if you asked:
# $count (Number) - days
system-kept-days = { $count ->
    [one] What ended more than a day ago is deleted.
   *[other] What ended more than { $count } days ago is deleted.
 }
# $count (Number) - pipelines
system-kept-only = { $count ->
    [one] Only the newest pipeline of each graph is kept, and what is not over.
   *[other] Only the newest { $count } pipelines of each graph are kept, and what is not over.
 }
# $count (Number) - pipelines
system-kept-newest = { $count ->
    [one] The newest pipeline of each graph stays in any case.
   *[other] The newest { $count } pipelines of each graph stay in any case.
 }
# $size (String) - of logs
system-kept-bytes = The oldest are deleted while the logs of all together have more than { $size }.
system-kept-otherwise = What a graph says itself comes first.
# $time (String) - a length of time
system-kept-every = The rules are applied every { $time }, but not while the server drains.
system-kept-last = Last applied
system-kept-not-yet = Not applied since this server was started.
# $count (Number) - pipelines
# $size (String) - of their logs
system-kept-gone = { $count ->
    [one] { $count } pipeline deleted, with { $size } of logs
   *[other] { $count } pipelines deleted, with { $size } of logs
 }
# $count (Number) - pipelines
system-kept-refused = { $count } could not be deleted
# $time (String) - how far
system-kept-ahead = The clock is { $time } ahead of what is believed: until that has held for a day, nothing is older by it.
# $why (String) - what was in the way
system-kept-trouble = It went no further: { $why }
system-kept-ask = What would be deleted now
# $count (String) - pipelines
# $size (String) - of their logs
system-kept-would = Pipelines that would be deleted now: { $count }, with { $size } of logs.
# $count (String) - pipelines
# $size (String) - of their logs
system-kept-at-least = Pipelines that would be deleted now: { $count } or more, with { $size } of logs.
system-kept-would-none = Nothing would be deleted now.
system-kept-graph = Graph
system-kept-rule = Rule
system-kept-pipelines = Pipelines
system-kept-first = First end
system-kept-final = Last end
system-kept-logs = Logs
# $count (Number) - days
system-kept-by-days = { $count ->
    [one] ended more than a day ago
   *[other] ended more than { $count } days ago
 }
# $count (Number) - pipelines
system-kept-by-count = { $count ->
    [one] not the newest
   *[other] not among the newest { $count }
 }
# $size (String) - of logs
system-kept-by-bytes = logs above { $size }
system-kept-by-graph = says the graph
system-kept-by-server = says the server
system-kept-cut = More graphs than are listed here. All of them:

system-slots = Slots
# $all (Number) - scripts that may run
# $used (Number) - scripts that run
system-slots-used = { $used } of { $all } in use
system-nothing-runs = No script runs.
system-more-run = More run than are listed here.
system-track = Track
system-pipeline = Pipeline
system-runs-for = Runs for

system-settings = Settings
system-setting = Setting
system-value = Value
system-source = Written in
system-default = default
