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
refused-pipeline-state = The pipeline is “{ $state }” now, so this cannot be done.
# $state (String) - the state of the track
refused-track-state = The track is “{ $state }” now, so this cannot be done.
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
