missing-pipeline = There is no pipeline with this number.
missing-track = There is no track with this number.
missing-graph = There is no graph with this number.
missing-other = What has this number is not here.
# $bytes (Number) - the limit
refused-text = The text is larger than the limit of { $bytes } bytes.
refused-busy = Too many requests are waiting. Try again in a moment.
refused-unwritable = The database cannot be written now. Nothing is lost; try again in a moment.
refused-put-off = The database cannot be written now. This was not carried out yet and may still be; look before you ask again.
refused-closed = The server is stopping.
refused-unchecked = The graph has not passed its check, so it cannot be started.
refused-edited = The graph was edited in the meantime. Look at it again.
refused-key = This request was sent before, for something else. Load the page again.
# $name (String) - the name of the graph
refused-archived = The graph { $name } is archived. Take it out of the archive first.
# $version (String) - its newest version
refused-changed = The graph has changed meanwhile. Look at its newest version, { $version }.
refused-taken = Another graph has this name already.
# $name (String) - the name of the graph
refused-in-use = Pipelines were started from the graph { $name }, and their history needs it. Archive it instead.
# $state (String) - the state of the pipeline
# $why (String) - why it cannot be done at it
refused-pipeline-state = The pipeline is “{ $state }”: { $why }.
# $state (String) - the state of the track
# $why (String) - why it cannot be done at it
refused-track-state = The track is “{ $state }”: { $why }.
# $track (String) - the number of the track
refused-runs = Track #{ $track } still runs. Wait for its end, or stop it first.
# $track (String) - the number of the track before it
refused-turn = Track #{ $track } comes before it and is not done. Retry or skip that first, or retry all.
# $most (Number) - how many may run
refused-limit = { $most ->
    [one] One pipeline of the graph runs, as many as it allows, and it refuses one more.
   *[other] { $most } pipelines of the graph run, as many as it allows, and it refuses one more.
 }
# $state (String) - its state
refused-live = The pipeline is “{ $state }” and not over. Stop it first.
refused-survives = Something of the pipeline still runs that nobody watches.
refused-deleted = It was deleted.
refused-in-the-way = A track is in the way.
# $state (String) - the state now
refused-moved = It has moved since you looked, and is “{ $state }” now. Look at what would follow now, and send it once more if that is what you want.
# $why (String) - why it cannot be done
refused-moved-since = It has moved since you looked. { $why }
# $names (String) - the secrets
refused-secrets = The graph names secrets that nobody has set: { $names }. Set them on the page of secrets.
refused-sealed = The secrets cannot be used.
# $name (String) - the name
refused-secret-name = A secret cannot be called { $name }.
refused-secret-value = A secret cannot have this value.
# $name (String) - the name
refused-secret-unknown = There is no secret { $name }.
# $least (Number) - bytes
refused-secret-short = A secret needs { $least } bytes or more, blanks at its ends not counted: a shorter one cannot be masked in the output.
not-now-done = it is done already
not-now-skipped-in-turn = it is skipped when its turn comes
not-now-unrun-skip = it has not run: skip it instead
not-now-unrun-stop = it has not run: stop it instead
not-now-unrun = it has not run yet
not-now-being-ended = it is being ended already
not-now-ended = it has ended
not-now-paused = it is paused already
not-now-nothing-to-pause = there is nothing to pause
not-now-not-paused = it is not paused
not-now-still = nothing of it moves
not-now-being-stopped = it is being stopped already: what runs is being ended (`now` ends it without a grace)
not-now-none-failed = no track of it is FAILED, INTERRUPTED or STOPPED
not-now-held = it is held already
not-now-begun = only what has not started can be held
not-now-not-held = it is not held
not-now-nothing-runs = nothing of it runs
not-now-values-used = only the values of a track that has not started can change
not-now-no-verdict = it runs after the verdict, which is not there yet: wait for that
not-now-verdict-moves = it runs after the verdict, once nothing else of its pipeline moves: wait for that, or say how what is INTERRUPTED ended
