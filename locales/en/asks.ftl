act-pause = Pause
act-pause-says = Nothing new of it starts until it is resumed. What runs goes on to its end.
act-resume = Resume
act-resume-says = It goes on where it was paused.
act-stop-all = Stop
act-stop-all-says = What has not started never will. What runs is ended: TERM, and KILL when its grace is over.
act-kill-all = Kill
act-kill-all-says = What has not started never will. What runs is ended with KILL, without a grace.
act-retry-failed = Retry failed
act-retry-failed-says = Every track of it that is FAILED, INTERRUPTED or STOPPED gets another attempt with the values that it has, and the pipeline goes on.
act-again = Run again
act-again-says = A new pipeline of the same version of the graph starts, with what was given for this one.
act-retry = Retry
act-retry-says = It gets another attempt. What comes after it and is done stays done.
act-retry-now = Retry now
act-retry-after = Retry with all after it
act-retry-after-says = It gets another attempt, and so does everything that comes after it.
act-run-alone = Run alone
act-run-alone-says = It gets another attempt, and nothing else starts: the pipeline is paused.
act-skip = Skip
act-skip-says = It is passed over and counts as done: what comes after it goes on. One whose turn has not come is passed over then.
act-succeed = It succeeded
act-succeed-says = It counts as a success, whatever became of it, and what comes after it goes on.
act-fail = It failed
act-fail-says = It counts as a failure. If its script runs, it is ended: TERM, and KILL when its grace is over.
act-hold = Hold
act-hold-says = It does not start until it is released.
act-release = Release
act-release-says = It starts when its turn comes.
act-stop = Stop
act-stop-says = It never starts. If its script runs, it is ended: TERM, and KILL when its grace is over.
act-stop-lost-says = It stays INTERRUPTED: what is found of it is ended, with TERM, and with KILL when its grace is over. Then say how it ended.
act-kill = Kill
act-kill-says = Its script is ended with KILL, without a grace.
act-kill-lost-says = It stays INTERRUPTED: what is found of it is ended with KILL, without a grace. Then say how it ended.
act-input = Change values
act-input-says = It gets these values when it starts.
act-answer = Answer

# $vertex (String) - the name of the vertex
# $state (String) - its state
fate-marked-held = `{ $vertex }` stays “{ $state }” and is marked as held.
# $vertex (String) - the name of the vertex
# $state (String) - its state
fate-marked-skip = `{ $vertex }` stays “{ $state }” and is marked: it is passed over when its turn comes.
# $state (String) - the state of the pipeline
fate-stays = The pipeline stays “{ $state }”.
# $from (String) - its state now
# $to (String) - its state then
fate-becomes = The pipeline is “{ $from }” and becomes “{ $to }”.
fate-queued = It has to wait until fewer pipelines of its graph run.
# $count (Number) - how many tracks
fate-run = { $count ->
    [one] { $count } track will run, now or when its turn comes
   *[other] { $count } tracks will run, now or when their turn comes
 }
# $count (Number) - how many scripts
fate-end = { $count ->
    [one] { $count } script runs and is ended
   *[other] { $count } scripts run and are ended
 }
# $count (Number) - how many tracks
fate-change = { $count ->
    [one] { $count } track changes
   *[other] { $count } tracks change
 }
# $count (Number) - how many tracks
fate-keep = { $count ->
    [one] { $count } track keeps its state
   *[other] { $count } tracks keep their state
 }
fate-to = becomes
# $count (Number) - how many tracks are not named
fate-more = and { $count } more

# $count (Number) - how many tracks will wait for a value
ask-waits = { $count ->
    [one] { $count } track of it will wait for a value.
   *[other] { $count } tracks of it will wait for a value.
 }
# $pipelines (String) - the numbers of pipelines, e.g. #7, #9
ask-stops = Its graph's limit is reached: { $pipelines } will be stopped.
ask-note = Note:
ask-given = Values that it starts with
ask-typed = The reason that you gave:
ask-back = Back
ask-outputs = What it left for the vertices after it
ask-values = Its values
ask-why = Why
ask-why-needed = For the journal; everybody reads it, so no secrets.
ask-why-free = For the journal; everybody reads it, so no secrets. May be left empty.
ask-no-values = Its script takes no values.

caution-pauses = The pipeline is paused by it.
caution-leaves-no-value = Later scripts take a value that a skipped track does not leave, and will fail.
caution-ends-lost = Something of it still runs that nobody watches any more, and would be ended.
caution-lost-is-ending = Something of it still runs that nobody watches any more, and is being ended.
caution-lost-goes-on = Something of it still runs that nobody watches any more, and would go on.
caution-none-lost = Nothing of it is found that nobody watches any more.
caution-more-lost = Of more tracks something still runs that nobody watches any more.
