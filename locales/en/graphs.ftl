graphs-title = Graphs
graphs-new = New graph
graphs-import = Import
graphs-find = Name contains
graphs-tag = Tag
graphs-last-state = Last run
graphs-shelf = Archive
graphs-any = any
graphs-shelf-no = not archived
graphs-shelf-only = archived only
graphs-shelf-too = all
graphs-filter = Show
graphs-clear = Clear
graphs-wrong-filter = There is no such state or archive choice: nothing was left out because of it.
graphs-none = No graphs yet
graphs-none-why = A graph says which scripts run, and which wait for which. There are three ways to begin:
graphs-begin-forms = Fill in forms
graphs-begin-forms-why = a name and a script; more vertices later
graphs-begin-import = Bring a file in
graphs-begin-import-why = YAML, JSON, a crontab, a makefile or a GitHub workflow
graphs-begin-example = Start from an example
graphs-begin-example-why = a small graph as text, ready to be saved and started
graphs-none-found = No graph is like that.
graphs-col-name = Graph
graphs-col-version = Version
graphs-col-vertices = Vertices
graphs-col-checked = Checked
graphs-col-last = Last run
graphs-col-bars = Last runs
graphs-col-acts = Actions
graphs-start = Start
graphs-edit = Edit
graphs-pages = Pages
graphs-first-page = First page
graphs-next-page = Next page
graphs-never = never
# $count (Number) - how many runs the bars show
# $failed (Number) - how many of them have not succeeded
graphs-bars = { $count ->
    [one] 1 run
   *[other] { $count } runs
  }, { $failed } of them failed or stopped
badge-archived = archived

graph-download = Download
graph-check-again = Check again
graph-archive = Archive
graph-unarchive = Take out of the archive
graph-copy = Copy
graph-copy-as = Name of the copy
graph-more = More
graph-forms = Edit in forms
graph-text = Edit as text
# $version (Number) - of the graph
graph-not-newest = This is version { NUMBER($version, useGrouping: "false") }. The newest one is
# $version (Number) - of the graph
graph-newest = version { NUMBER($version, useGrouping: "false") }
graph-tabs = Parts of this page
graph-tab-picture = Picture
graph-tab-runs = Runs
graph-tab-inputs = Inputs
graph-tab-versions = Versions
graph-tab-api = API
graph-saved-created = Saved: version 1 was created.
graph-saved-replaced = Saved: this version, which no pipeline had used, was replaced.
graph-saved-new-version = Saved as the next version: the one before stays as it is.
graph-saved-unchanged = Nothing was saved: this is the same definition as before.
graph-saved-checked = Checked again.
graph-saved-archived = All versions are archived: they are not started and not changed, and keep their history.
graph-saved-unarchived = It is out of the archive.
# $count (Number)
graph-vertices = { $count ->
    [one] 1 vertex
   *[other] { $count } vertices
  }
# $count (Number)
graph-edges = { $count ->
    [one] 1 edge
   *[other] { $count } edges
  }
graph-on-failure-stop-new = when a track fails: nothing new starts, what runs may end
graph-on-failure-cancel-running = when a track fails: nothing new starts, what runs is ended
graph-on-failure-continue = when a track fails: branches that do not depend on it go on
graph-by = by
graph-changed = changed
graph-notices = Notices
graph-problems = Problems: this graph cannot be started yet
graph-list = Vertices
graph-list-none = None on this page.
graph-at-once = starts at once
graph-after = after
graph-script-cut = Only the beginning of the script is shown; the YAML has all of it.
graph-before-these = Vertices before
graph-more-vertices = More vertices
graph-source = Text
# $count (Number)
graph-bytes = { $count ->
    [one] 1 byte
   *[other] { $count } bytes
  }
graph-source-cut = Only the beginning is shown; the download has all of it.
graph-runs-none = None yet.
graph-runs-first = Start it
graph-runs-older = Older runs
graph-runs-newest = Newest runs
graph-inputs-shared = Inputs of all vertices
graph-inputs-of = Inputs of
graph-inputs-none = These vertices take no inputs.
graph-input-default = Default
graph-input-desc = Description
graph-version-of = version
graph-version-by = Saved by
graph-version-at = When
graph-version-what = What changed
graph-compare = Compare with the one before
graph-restore = Restore
graph-older-versions = Older versions
# $before (Number) - a version
# $after (Number) - a version
graph-diff-title = From version { NUMBER($before, useGrouping: "false") } to version { NUMBER($after, useGrouping: "false") }
graph-diff-none = Nothing changed but comments, layout or order.
graph-diff-settings = Settings
graph-diff-added = vertex added
graph-diff-removed = vertex removed
graph-diff-changed = vertex changed
graph-diff-edge-added = edge added
graph-diff-edge-removed = edge removed
graph-diff-absent = not set
graph-diff-cut = The rest is not shown.
# $version (Number) - a version
graph-restore-title = Restore version { NUMBER($version, useGrouping: "false") }
graph-restore-what = Its text becomes the newest version again, as it was written. The versions that there are stay as they are. This would change:
graph-restore-same = The newest version is the same already: nothing would change.
graph-cancel = Cancel
graph-api-start = Start this graph from a program
graph-api-hint = The token is in the file `local.token` of the data directory, which only the server's account may read. Put it into `TOKEN`; it never stands on a page.
graph-api-key = Another `Idempotency-Key` is another start; the same one is the same start, however often it is sent.
graph-api-copy = Copy
graph-api-copied = Copied
graph-api-required = Values in angle brackets have no default: write your own in their place.
graph-api-inputs-cut = More inputs than are shown here: the schema has all of them.
graph-api-schema = What a start takes, as a JSON Schema
graph-api-hooks = Hooks
graph-api-hooks-none = This graph has no hook. A hook lets another program start it with a signed call.
graph-api-hook-off = switched off

# $time (String) - a length of time
fact-timeout = ended after { $time }
# $count (Number) - scripts
fact-parallel = at most { $count } of its scripts run at once
# $count (Number) - pipelines
fact-limit-queue = at most { $count } of its pipelines run at once: one more waits
# $count (Number) - pipelines
fact-limit-reject = at most { $count } of its pipelines run at once: one more is refused
# $count (Number) - pipelines
fact-limit-cancel = at most { $count } of its pipelines run at once: for one more the oldest is stopped
# $count (Number) - days
fact-kept-days = { $count ->
    [one] deleted when they ended more than a day ago
   *[other] deleted when they ended more than { $count } days ago
 }
# $count (Number) - pipelines
fact-kept-last = { $count ->
    [one] the newest of its pipelines stays in any case
   *[other] the newest { $count } of its pipelines stay in any case
 }
# $size (String) - of logs
fact-kept-bytes = the oldest are deleted while their logs have more than { $size }
# $limits (String) - resources and their bounds
fact-limits = limited to { $limits }
# $count (Number) - attempts
# $delay (String) - a length of time
fact-retry = up to { $count } more attempts, the first after { $delay }
fact-ignored = its failure counts as done
# $pool (String) - its name
fact-pool = takes a place of the pool { $pool }
# $folder (String) - where
fact-workdir = starts in { $folder }
# $name (String) - of the output
# $kind (String) - its type
fact-output = leaves { $name }: { $kind }

graph-copy-wrong = The graph was not copied
graph-copy-taken = There is a graph of this name already:
