# $verdict (String) - the verdict after which it runs, in words
track-after = runs { $verdict }
track-until = until
# $retries (Number) - how many attempts may still follow a failed one
track-retries-left = { $retries ->
    [0] no retry left
    [one] { $retries } retry left
   *[other] { $retries } retries left
}
track-reloads = This page loads itself again every 2 s.
track-unclear = Nobody knows how this script ended
track-unclear-what = Its supervisor or its host died while it ran. What comes after it waits for your answer. Look at the log, and at what the script was to do, then say what became of it: it succeeded, it failed, or it may run again.
track-waits-for-value = This track waits for a value
track-values = Values
track-save-values = Save the values
track-values-until = They can be changed until the track starts.
track-no-values = The script takes no values.
track-attempts = Attempts
track-ordered = Ordered
track-started = Started
track-ended = Ended
track-waited = Waited
track-took = Ran
track-exit-code = Exit code
track-signal = Signal
track-why = Why
track-open-log = Whole log
track-nothing-kept = Nothing that it printed was kept.
track-output-so-far = Output so far
track-output = Output
track-output-binary = What it printed is no text.
track-output-cut = Only the last lines are shown.
track-script = Script
track-script-as-run = Script as run
track-script-cut = Only the beginning is shown.
track-copy = Copy
track-copied = Copied
track-as-text = as a text
track-diff = compared with the script as written
track-no-diff = as it runs
track-same = It runs exactly as it was written.
track-outputs = Left for the vertices after it
track-environment = Environment
track-environment-more = Beside these every script has `PATH`, `HOME`, `LANG` and `TRACKYARD_OUTPUT` of the server.
