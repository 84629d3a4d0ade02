# $id (String) - the number of a pipeline
start-same = Same as last run #{ $id }
start-taken-over = The fields have the values of an earlier run; secrets are never taken over. It was
start-no-inputs = This graph takes no inputs.
start-ask-later = Start without the values that are missing, and ask for each when it is needed
start-sieve = Vertices and inputs with
start-this-run = This run
start-name-hint = Left empty: the name of the graph.
start-stops = The start stops
start-stops-why = the graph says how many of its pipelines run at once.
# $count (Number) - pipelines that are not listed
start-stops-more = and { $count } more
start-queued = What is started waits until fewer pipelines of this graph run.
start-preview = Preview scripts
# $version (Number) - a version
start-seals = The start seals version { NUMBER($version, useGrouping: "false") }: it stays as it is for ever, and editing makes the next version.
start-scripts = Scripts as they would run
start-nothing-yet = nothing has been started
start-run-by = run by
start-cut = Only the beginning is shown. All of it:
# $count (Number) - scripts
start-more = { $count } more are not shown here. All of them:
start-no-preview = There is no preview.
# $most (Number) - characters
start-long-name = The name has more than { $most } characters: shorten it.
# $most (Number) - characters
start-long-desc = The description has more than { $most } characters: shorten it.
start-edited = The graph was edited after this form was made. Look at the fields again, then send the form once more.
# $id (String) - the number of a pipeline
start-key-reused = This form has started pipeline { $id } already, with other values. Send it once more to start another one.
# $vertex (String) - the vertex that leaves it
script-output-of = an output of { $vertex }
script-later = asked later
# $name (String) - the input
script-asked-later = ‹{ $name }: asked later›
