picture-of-graph = Picture of the graph
picture-of-pipeline = Picture of the graph with the state of each track
picture-after = After the verdict
picture-none = This graph has no vertices yet.
# $vertices (Number) - how many the graph has
picture-too-large = A graph of { $vertices } vertices is too large for a picture; they are in the table.
# $cards (Number) - how many it would have
# $lines (Number) - how many it would have
picture-too-much = A picture with { $cards } cards and { $lines } lines could not be read, so it is not drawn; all of them are in the table.
# $cards (Number) - how many are drawn
picture-folded = { $cards ->
    [one] 1 card:
   *[other] { $cards } cards:
 } vertices with the same neighbours share one.
# $vertices (Number) - how many the graph has
picture-all = Show all { $vertices }
# $cards (Number) - how many there would be
picture-fold = Fold to { $cards } { $cards ->
    [one] card
   *[other] cards
 }
# $code (String) - the exit code of a script
picture-exit = exit { $code }
# $number (String) - of the attempt
picture-attempt = attempt { $number }
picture-on-slot = slot
picture-on-input = value
picture-on-retry = retry
picture-on-spawn = machine
picture-on-failure = failure
picture-in = Zoom in
picture-out = Zoom out
picture-fit = Fit
picture-failed = Next failed
picture-follow = Follow running
picture-keys = Arrow keys walk along the edges, Enter opens, + and - zoom, 0 shows all, N goes to the next failed, F follows what runs.
picture-near = Near
picture-near-steps = up to two steps before it and after it
# $cards (Number) - how many are drawn
picture-near-more = the nearest { $cards } are drawn
picture-whole = whole picture
picture-near-link = neighbours
