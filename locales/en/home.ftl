home-title = Home

home-success = Success, 24 h
home-none-ended = No run yet
home-one-succeeded = One run, it succeeded
home-one-failed = One run, it failed
# $ended (Number) - runs that have ended
home-ended = of { $ended } that have ended
home-runs = Runs, 24 h
home-none-failed = none failed
# $failed (Number) - runs that have failed
home-failed = { $failed } failed
home-spark = Runs of each of the last 24 hours
home-queue = Queue
home-driver-silent = The server is busy
# $pending (Number) - tracks that wait
home-pending = { $pending } pending
# $slots (Number) - scripts that may run
# $used (Number) - scripts that run
home-slots = { $used } of { $slots } slots in use

home-running = Running now
home-nothing-runs = Nothing runs.
home-all-running = All that runs
home-state = State
home-pipeline = Pipeline
home-progress = Progress
home-elapsed = Elapsed
home-ends = Expected to end

home-attention = Needs attention
home-no-attention = Nothing needs you: no script asks, none was interrupted, nothing failed in the last 7 days.
home-wants-value = asks for a value
home-wants-answer = nobody knows how it ended
home-all-inbox = Inbox
home-all-failed = All that failed

home-year = Runs of each day, last 53 weeks
home-year-about = The stronger the colour, the more runs; a cross: some failed. A day leads to its pipelines.
home-year-skip = Skip the days
# $day (String) - a date
# $failed (Number) - runs that failed
# $runs (Number) - runs
home-day = { $day }: { $runs ->
    [one] 1 run
   *[other] { $runs } runs
}, { $failed } failed
home-monday = Mon
home-wednesday = Wed
home-friday = Fri
# $month (Number) - 1 to 12
home-month = { $month ->
    [1] Jan
    [2] Feb
    [3] Mar
    [4] Apr
    [5] May
    [6] Jun
    [7] Jul
    [8] Aug
    [9] Sep
    [10] Oct
    [11] Nov
   *[12] Dec
}

home-graphs = Graphs
home-graph = Graph
home-last-runs = Last 30 runs
home-succeeded = Success
home-median = Usual time
home-never-ran = has not run yet
# $count (Number) - runs
# $succeeded (Number) - those that succeeded
home-bars-told = The last { $count } runs: { $succeeded } succeeded
home-start = Start
home-edit = Edit
# $name (String) - the name of the graph
home-start-it = Start { $name }
# $name (String) - the name of the graph
home-edit-it = Edit { $name }
home-all-graphs = All graphs

home-begin = Three steps to the first pipeline
home-begin-about = A graph says which scripts run, and which wait for which. A pipeline is one run of it.
home-step-make = Make a graph: take the example, write your own, or bring a file in from a terminal with
home-step-start = Start it: its page asks for what its scripts need to know.
home-step-watch = Watch it: each script's state and output, live; what fails can be tried again from there.
home-make-example = Make the example graph
home-write = Write your own
