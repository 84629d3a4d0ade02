home-title = Home

home-success = Success
home-none-ended = None yet
home-one-succeeded = One run, it succeeded
home-one-failed = One run, it failed
# $ended (Number) - pipelines that succeeded or failed
home-ended = { $ended ->
    [0] none of those started in the last 24 h succeeded or failed
    [one] of 1 started in the last 24 h that succeeded or failed
   *[other] of { $ended } started in the last 24 h that succeeded or failed
}
home-runs = Pipelines started, last 24 h
home-none-failed = none of them failed
# $failed (Number) - of those that were started
home-failed = { $failed } of them failed
home-spark = Pipelines started in each of the last 24 hours
home-queue = Queue, now
home-driver-silent = The server is busy
# $pending (Number) - tracks that wait
home-pending = { $pending ->
    [one] 1 track pending
   *[other] { $pending } tracks pending
}
# $slots (Number) - scripts that may run
# $used (Number) - scripts that run
home-slots = { $used } of { $slots } slots run scripts

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
home-all-inbox = Inbox: all that waits, and what failed in the last 7 days
home-all-failed = All that failed, however long ago

home-year = Pipelines started on each day, last 53 weeks
home-year-about = The stronger the colour, the more were started; a cross: some of these failed. A day leads to its pipelines.
home-year-skip = Skip the days
# $day (String) - a date
# $failed (Number) - of those that were started
# $runs (Number) - pipelines that were started
home-day = { $day }: { $runs } started, { $failed } of them failed
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
home-succeeded = Success, of those that ended
home-median = Usual time of these
home-never-ran = has not run yet
# $count (Number) - runs
# $succeeded (Number) - those that succeeded
home-bars-told = The last { $count } runs: { $succeeded } succeeded
# $ended (Number) - runs that have ended
# $share (String) - a share in hundredths
home-share = { $share } of { $ended } runs
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
