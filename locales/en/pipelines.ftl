# $count (Number) - entries of a list
live-newer = { $count ->
    [one] 1 new: show it
   *[other] { $count } new: show them
}
# $most (Number) - entries of a list
live-many-newer = { $most } or more new: show them
live-offline = Offline: the server does not answer. This page tries again by itself.

rows-state = State
rows-pipeline = Pipeline
rows-graph = Graph
rows-progress = Progress
rows-started = Started
rows-took = Duration
rows-ends = ends
runs-ending = ending

tracks-title = Tracks
tracks-vertex = Vertex
tracks-why = Why
tracks-exit = Exit
tracks-attempt = Attempt
tracks-all = show all
tracks-ranked = those that need somebody come first
tracks-none = No track stands at this state now.
tracks-pages = Pages of tracks
tracks-first = First tracks
tracks-more = More tracks
tracks-after = After the verdict

pipeline-done = done
pipeline-started = started
pipeline-ended = ended
pipeline-for = for
pipeline-eta = expected to end
pipeline-again-of = again of
pipeline-run-again = run again as
pipeline-held = This page stays as it is.
pipeline-follow = Follow
pipeline-reloads = This page loads itself again every 2 s.
pipeline-hold = Hold it
pipeline-attention = Needs attention
pipeline-attention-more = There are more; see the tracks.
pipeline-given = Values at the start
pipeline-news-queued-paused = It waits for its turn, which others of its graph take before it until it is resumed.
pipeline-news-queued = It waits for its turn: as many pipelines of its graph run as its limit allows.
pipeline-news-paused = Nothing new of it starts until it is resumed. What runs goes on to its end.
pipeline-news-ending = What runs is being ended.
pipeline-news-runs-on = It has its verdict; what of it still runs goes on to its end.
pipeline-news-unclear = It is over when somebody has said how the interrupted scripts ended.
pipeline-news-after = It has its verdict; what runs after that has not ended.
pipeline-news-moves = It has its verdict; something of it can still move.
# $count (Number) - how many failures count as done
pipeline-ignored = { $count ->
    [one] 1 ignored failure
   *[other] { $count } ignored failures
}
pipeline-out-of-time = it ran out of time
# $priority (String) - a number
pipeline-priority = priority { $priority }

eta-now = any moment now
eta-soon = in a few seconds
# $count (String) - seconds
eta-seconds = in about { $count } s
# $count (String) - minutes
eta-minutes = in about { $count } min
# $count (String) - hours
eta-hours = in about { $count } h

gantt-title = Timeline
# $peak (Number) - scripts
# $busy (String) - a length of time
gantt-use = { $peak } at once at most, { $busy } of scripts in all
# $shown (Number) - tracks
# $all (Number) - tracks
# $which (String) - what they are
gantt-shown = { $shown } of { $all } that began are drawn: { $which }
# $count (Number) - tracks
gantt-bad = { $count } failed or interrupted
# $count (Number) - tracks
# $all (Number) - tracks
gantt-bad-part = { $count ->
    [one] the longest of { $all } failed or interrupted ones
   *[other] the { $count } longest of { $all } failed or interrupted ones
}
# $count (Number) - tracks
gantt-runs = { $count } running
# $count (Number) - tracks
# $all (Number) - tracks
gantt-runs-part = { $count ->
    [one] the longest of { $all } running ones
   *[other] the { $count } longest of { $all } running ones
}
# $count (Number) - tracks
gantt-chain = { $count } that the end waited for
# $count (Number) - tracks
# $all (Number) - tracks
gantt-chain-part = { $count ->
    [one] the longest of { $all } that the end waited for
   *[other] the { $count } longest of { $all } that the end waited for
}
# $count (Number) - tracks
gantt-longest = { $count ->
    [one] the longest one
   *[other] the { $count } longest
}
# $count (Number) - tracks
gantt-longest-others = { $count ->
    [one] the longest other one
   *[other] the { $count } longest others
}
gantt-critical = the end of the pipeline waited for it
# $number (String) - of the attempt
# $state (String) - how it ended
# $took (String) - a length of time
gantt-bar = Attempt { $number }: { $state }, { $took }

printed-title = Output of
printed-open = Open
printed-not-yet = It has printed nothing yet.
printed-nothing = It has printed nothing.

events-title = Journal
# $count (Number) - lines
events-count = { $count ->
    [one] 1 line
   *[other] the last { $count } lines, the newest first
}
events-time = Time
events-what = What
events-from = From
events-to = To
events-who = Who
events-why = Why
events-pipeline = pipeline

runs-start = Start a graph
runs-none = No pipelines yet
runs-none-what = A pipeline is one run of a graph.
runs-none-choose = Choose a graph and start it
runs-none-write = Write a new graph
runs-none-fit = No pipeline fits this filter.
runs-none-yet = None of those that were looked at fits; older ones may.
runs-no-more = There are no older pipelines.
runs-pages = Pages of pipelines
runs-csv = The newest 10,000 as a table, for a spreadsheet
runs-newest = Newest
runs-older = Older
# $count (Number) - pipelines
runs-newer = { $count ->
    [one] 1 new pipeline: show it
   *[other] { $count } new pipelines: show them
}
runs-many-newer = 100 or more new pipelines: show them

filter-states = By state
filter-name = Part of the name
filter-creator = Started by
filter-trigger = Started how
filter-any = any
filter-live = Ended
filter-live-yes = not yet
filter-live-no = ended
filter-since = From day
filter-until = To day
filter-apply = Filter
filter-clear = Clear
# $word (String) - what was written
filter-no-live = “{ $word }” is neither true nor false.
# $word (String) - what was written
filter-no-state = “{ $word }” is no state of a pipeline.
# $word (String) - what was written
filter-no-trigger = Nothing is started by “{ $word }”.
# $text (String) - what was written
filter-no-moment = “{ $text }” is no day such as 2026-01-31.

search-label = A number, or part of a name
search-hint = Find a pipeline /

# $number (String) - of a pipeline
many-choose = Choose pipeline { $number }
many-which = Chosen
many-what = With many:
many-chosen = The chosen ones…
many-all = All that fit…
many-delete = Delete
many-delete-says = Its rows, its output and the directory of its scripts are removed. Nothing brings them back.
# $what (String) - the action
# $count (Number) - pipelines
many-title = { $what }: { $count ->
    [one] 1 pipeline
   *[other] { $count } pipelines
}
# $what (String) - the action
# $count (Number) - pipelines
many-done = { $what }: done for { $count ->
    [one] 1 pipeline
   *[other] { $count } pipelines
}
many-none = No pipeline is chosen, or none that this can be asked of.
# $count (Number) - pipelines
many-more = There are more. These are the newest { $count }; ask for the others after them.
many-why = Why (for the journal)
many-back = Back
many-then = What would follow
many-now = What became of it
many-refused = Not possible:
many-was-done = Done
