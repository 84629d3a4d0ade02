# $code (Number) - the code of the reason
reason-unknown = reason { $code }, which this version does not know
# $code (Number) - the exit code
reason-exit-code = exit code { $code }
reason-failed = the script failed
# $signal (Number) - the number of the signal
reason-signal = ended by signal { $signal }
reason-a-signal = ended by a signal
reason-timeout = timed out
reason-could-not-start = could not be started
reason-stopped = stopped
reason-interrupted = interrupted: its supervisor or its machine died, the outcome is unknown
reason-not-started = the machine could not start a process
reason-bad-output = an output is missing or wrong
reason-forced = a person said that it failed

pending-turn = waits until fewer pipelines of its graph run
pending-paused = its pipeline is paused
pending-slot = waits for a free slot
# $pool (String) - the name of the pool
pending-slot-pool = waits for a free slot and for the pool `{ $pool }`
pending-input = waits for a value
pending-retry = waits for its next attempt
pending-hold = a person holds it
pending-failure = held: another track has failed and nothing new starts
wait-verdict = there is no verdict yet
wait-predecessors = its predecessors are not done
# $first (String) - what else it waits for
wait-held = a person holds it, and { $first }
# $name (String) - the name of a track
unrun-failed = because `{ $name }` failed
# $name (String) - the name of a track
unrun-stopped = because `{ $name }` was stopped
unrun-pipeline-failed = because its pipeline failed
unrun-pipeline-stopped = because its pipeline was stopped
unrun-out-of-time = because its pipeline ran out of time
ending-stop = is being ended
ending-kill = is being ended at once
ending-fail = is being ended, because a person said that it failed
said-hold = held
said-skip = to be skipped
said-alone = runs alone
# $words (String) - a few words
# $detail (String) - what more there is to say
words-detail = { $words }: { $detail }
# $who (String) - somebody
words-said-succeeded = { $who } said that it succeeded
# $who (String) - somebody
words-said-failed = { $who } said that it failed
# $words (String) - why it waits
# $seconds (Number) - how long it still waits
words-again = { $words }; trying again in { $seconds } s
# $words (String) - how it ended
words-ignored = { $words }; its failure counts as done
# $first (String) - one rule
# $second (String) - the next one
words-and = { $first }, { $second }

trigger-rest = through the REST API
trigger-form = with the start form
trigger-run = by trackyard run
trigger-hook = by a hook

kind-str = text
kind-int = whole number
kind-float = number
kind-bool = yes or no
kind-choice = a choice
kind-date = a day, YYYY-MM-DD
kind-secret = a secret; it is not shown again
# $min (String) - the smallest value
# $max (String) - the largest value
rule-between = { $min } to { $max }
# $min (String) - the smallest value
rule-min = { $min } or more
# $max (String) - the largest value
rule-max = { $max } or less
# $min (Number) - the fewest characters
# $max (Number) - the most characters
rule-lengths = { $min } to { $max } characters
# $min (Number) - the fewest characters
rule-longer = { $min } characters or more
# $max (Number) - the most characters
rule-shorter = { $max } characters at most
# $pattern (String) - a regular expression
rule-pattern = matches { $pattern }

handler-success = when the pipeline has succeeded
handler-failure = when the pipeline has failed
handler-stop = when the pipeline was stopped
handler-exit = at the end, whatever the verdict

field-required = required
field-optional = optional
field-none = none
field-not-chosen = not chosen yet
field-yes = yes
field-no = no
# $hint (String) - the rules of the field
field-kept = { $hint }; left empty, it stays as it is
# $wrong (Number) - how many fields are wrong
trouble-title = { $wrong ->
    [one] One field needs another value
   *[other] { $wrong } fields need other values
 }
trouble-nothing = Nothing was started or changed
params-input = Input
params-rule = Type and rules
params-default = Default
params-desc = Description
# $rule (String) - the type and its rules
# $count (Number) - vertices
params-used = { $rule } · { $count ->
    [0] used by no vertex
    [one] used by 1 vertex
   *[other] used by { $count } vertices
  }
finding-error = error
finding-notice = notice
badge-checked = checked
badge-problems = has problems
badge-sealed = sealed
why-label = Why:
why-until = until
why-until-then = Until
why-give = Give it
field-must-answer = must be answered
field-no-default = has no default: needs a value
field-again = What you typed was not kept, because it is a secret: type it again.
# $name (String) - the input
value-must-answer = `{ $name }` must be answered; a default only fills in the form
# $name (String) - the input
value-no-default = `{ $name }` has no default and needs a value
# $name (String) - the input
# $kind (String) - the kind of its values in words
value-other-kind = This is not what `{ $name }` takes: { $kind }
# $name (String) - the input
# $choices (String) - all choices
value-not-a-choice = This is not a choice of `{ $name }`; choose one of { $choices }
# $name (String) - the input
# $min (String) - the smallest value
value-too-small = This is below the smallest value of `{ $name }`, { $min }
# $name (String) - the input
# $max (String) - the largest value
value-too-large = This is above the largest value of `{ $name }`, { $max }
# $name (String) - the input
# $least (Number) - characters
value-too-short = `{ $name }` needs { $least } characters or more
# $name (String) - the secret
# $least (Number) - bytes
value-short-secret = `{ $name }` needs { $least } bytes or more, blanks at its ends not counted: a shorter secret cannot be masked in the output
# $name (String) - the input
# $most (Number) - characters
value-too-long = `{ $name }` takes { $most } characters at most
# $name (String) - the input
# $pattern (String) - a regular expression
value-other-pattern = This does not match the pattern of `{ $name }`, { $pattern }
# $name (String) - the input
value-leading-dash = This begins with `-`, so that a program would read it as an option; if `{ $name }` may do that, declare it with `allow_dash: true`
value-given = given
value-default = default
value-nobody = not given at the start
