sign-in = Sign in
sign-in-not-yet = This browser is not signed in.
sign-in-by-link = A browser is let in by a sign-in link.
sign-in-spent = This link was used already, is too old, or is not of this server.
sign-in-how = To get a sign-in link, run this in a terminal on the machine where the server runs, then open the link that it prints:
sign-in-also = “trackyard serve” printed such a link too when it started. A link works once.

notice-not-found = Not found
notice-no-page = There is no page at this address.
notice-not-understood = Not understood
notice-bad-request = The server could not read what the browser sent. Go back and try again.
# $choice (String) - what was asked for
notice-no-such-choice = There is no language, look or time zone that is called “{ $choice }”.
notice-refused = Refused
notice-foreign-form = This form is not one that this server gave to this browser, or it is from an earlier session. Nothing was changed. Load the page again and send it again.
notice-too-large = Too large
notice-body-too-large = What the browser sent is larger than the server takes (see max_file_bytes in the settings). Nothing was changed.
notice-too-often = Too often
# $seconds (Number) - how long to wait
notice-wait = This browser asks too often. Try again in { $seconds } s.
notice-not-now = Not now
notice-not-yet = Not yet
notice-nothing-changed = Nothing was changed.
notice-refused-now = This cannot be done now
notice-not-possible = Not possible
# $status (Number) - the status of HTTP
notice-other = The server answers with status { NUMBER($status, useGrouping: "false") }.
notice-failed = Something failed
notice-broken = The server could not make this page. Its log says why; running scripts are not affected.
sign-in-ended = This browser is not signed in any more, so what it sent was not taken and nothing was changed. Sign in, in another tab; then go back to the form in this one and send it again.
kept-back = What you typed here before stands in the form again.
kept-secrets = Secrets are never kept: type them again.
kept-discard = Discard it
kept-here = What you typed is kept in this tab, but for secrets, until the form is sent.
kept-open = Back to the form
kept-not = Without JavaScript pages cannot keep what was typed: what the browser has not kept has to be typed again.
