log-title = Log
# $attempt (Number) - which one it is
# $attempts (Number) - how many there are
log-attempt = attempt { $attempt } of { $attempts }
log-attempt-before = Attempt before
log-attempt-after = Attempt after
log-download = Download
# $lines (Number) - how many lines the log has
# $shown (String) - the same as it is written
log-lines = { $lines ->
    [one] { $shown } line
   *[other] { $shown } lines
}
# $size (String) - how much is missing, e.g. 20.5 MiB
log-missing = { $size } of output are missing from the log.
log-nothing-yet = No output yet. What the script prints will be here.
log-nothing = No output: the script printed nothing.
log-binary = This is no text. These are its first bytes; the download has all of them.
log-as-text = Show it as a text all the same
log-search = Search
log-line = Line number
log-go = Go
log-pages = Parts of the log
log-first = First lines
log-previous = Earlier lines
log-next = Later lines
log-last = Last lines
log-wrap = Wrap long lines
log-follow = Follow
# $bytes (Number) - how much of the line is not shown
log-cut = { $bytes } bytes more
# $most (Number) - the longest text in bytes
log-query-too-long = Nothing was searched: what is looked for has more than { $most } bytes.
log-query-wrong = Nothing was searched: this is no expression. Without the tick it is searched for as it is.
log-expression = Regular expression
# $lines (String) - how many lines the log has
log-line-unclear = These are the last lines: write the number of a line, from 1 to { $lines }. This is none:
# $lines (String) - how many lines the log has
log-line-beyond = The log has { $lines } lines and no such one. These are its last ones.
log-hits = Lines in which it was found
log-hit-before = Previous hit
log-hit-after = Next hit
# $found (Number) - how many lines have it
# $shown (String) - the same as it is written
log-found = { $found ->
    [one] Found in { $shown } line
   *[other] Found in { $shown } lines
}
log-found-nothing = No line has it. Capital and small letters are the same to the search.
# $from (String) - the first line that was looked at
# $to (String) - the last one
log-looked-through = lines { $from } to { $to } were looked through
log-search-again = Search from the first line
# $line (String) - where the search goes on
log-search-on = Search on from line { $line }
