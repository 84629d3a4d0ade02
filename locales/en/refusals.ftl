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
refused-archived = The graph is archived. Take it out of the archive first.
refused-changed = The graph has changed meanwhile. Look at its newest version.
refused-taken = Another graph has this name already.
refused-in-use = Pipelines were started from this graph, and their history needs it. Archive it instead.
# $state (String) - the state of the pipeline
refused-pipeline-state = The pipeline is “{ $state }” now, so this cannot be done.
# $state (String) - the state of the track
refused-track-state = The track is “{ $state }” now, so this cannot be done.
refused-runs = A track still runs. Wait for its end, or stop it first.
refused-turn = What comes before it is not done. Retry or skip that first.
refused-limit = As many pipelines of the graph run as it allows, and it refuses one more.
refused-live = The pipeline is not over. Stop it first.
refused-survives = Something of the pipeline still runs that nobody watches.
refused-deleted = It was deleted.
refused-in-the-way = A track is in the way.
# $state (String) - the state now
refused-moved = It has moved since you looked, and is “{ $state }” now. Look at what would follow now, and send it once more if that is what you want.
# $why (String) - why it cannot be done
refused-moved-since = It has moved since you looked. { $why }
refused-secrets = The graph names secrets that nobody has set.
refused-sealed = The secrets cannot be used.
refused-secret-name = A secret cannot have this name.
refused-secret-value = A secret cannot have this value.
refused-secret-unknown = There is no secret with this name.
