editor-title = Vertices of
editor-new = New graph
editor-edit = Edit
editor-ways = Ways to begin
editor-way-text = As text
editor-way-forms = In forms
editor-way-import = Import
editor-problems = Problems
# $version (Number) - a version
editor-sealed = Version { NUMBER($version, useGrouping: "false") } is sealed, because a pipeline has run it: it stays as it is. Saving makes the next version.
# $version (Number) - a version
editor-not-sealed = No pipeline has used version { NUMBER($version, useGrouping: "false") } yet: saving replaces it, unless it can be started and the new text cannot. Under another name it becomes another graph.
editor-definition = Definition
editor-definition-hint = A graph has a name and vertices. Each vertex has a script; “needs” names those that must succeed before it. In a script, the name of an input in angle brackets stands for its value:
editor-format = Form
editor-check-save = Check and save
editor-kept = A text with problems is saved too, as long as it has a name, so that nothing is lost; it can be started once they are mended.
editor-cannot-start = This graph cannot be started yet
editor-cannot-start-why = It has not passed its check. Mend these problems, then start it.
editor-printed = The former text had comments or a layout of its own: it stays as the version before.
editor-not-newest = There is a newer version, and only that one can be changed:
editor-no-vertices = No vertices yet.
editor-vertex = Vertex
editor-script = Script
editor-after = Runs after
editor-timeout = Time limit
editor-retries = Retries
editor-inputs = Inputs
editor-add = Add a vertex
editor-edges = Edges
editor-first = First
editor-then = then
editor-join = Add the edge
editor-part = Remove the edge
# $version (Number) - a version
editor-edge-changed = Somebody has changed this graph meanwhile. This is its newest version, { NUMBER($version, useGrouping: "false") }: look at it, then send the edge once more.
# $name (String) - of a vertex
editor-no-vertex = There is no vertex `{ $name }`.
# $name (String) - of a vertex
editor-taken = There is a vertex `{ $name }` already.
# $tail (String) - of a vertex
# $next (String) - of a vertex
editor-no-edge = `{ $next }` does not come right after `{ $tail }`.
editor-no-name = A vertex needs a name.
editor-no-graph-name = A graph needs a name.
editor-unreadable = What is listed cannot be read, and a form would lose it: mend it here, or in the text.
editor-not-saved = Nothing was saved
editor-conflict = Somebody has changed this graph meanwhile
# $version (Number) - a version
editor-conflict-what = Nothing was saved. The newest version is { NUMBER($version, useGrouping: "false") }. Sending this form once more would change this in it:
editor-name = Name
editor-name-hint = Any text that no other vertex has. When it changes, edges and the scripts that take its outputs follow.
editor-script-hint = An input stands in it as
editor-after-hint = One vertex on each line.
editor-timeout-hint = e.g. 30s, 10m, 2h; empty: none
editor-retries-hint = how often it is tried again; empty: never
editor-delay = First wait
editor-delay-hint = e.g. 5s
editor-inputs-hint = What somebody gives when the graph is started. An empty row is no input.
editor-new-input = New input
editor-input = Input
editor-row-unnamed = This input needs a name. If there is to be none, empty its whole row.
# $name (String) - of an input
editor-row-twice = There is an input `{ $name }` above already: choose another name.
# $kind (String) - a type, in words
editor-default-wrong = The default does not fit the type: { $kind }.
# $choice (String) - as it was typed
# $kind (String) - a type, in words
editor-choice-wrong = The choice `{ $choice }` does not fit the type: { $kind }.
editor-delay-alone = There is a first wait and no retry to wait for: write how often, or empty the wait.
editor-type = Type
editor-choices = Choices, one on each line
editor-save = Save
editor-remove = Remove this vertex
editor-remove-hint = It goes, and so do the edges from and to it.
editor-graph-name = Name of the graph
editor-first-vertex = First vertex
editor-create = Create
# $name (String) - of a graph
editor-graph-taken = There is a graph `{ $name }` already: choose another name, or edit that one.
editor-exists = The name is taken
editor-exists-form = Nothing was saved, and what you have written is below. The graph of this name:
editor-exists-text = Nothing was saved, and your text is below. Give it another name, or save it as a new version of the graph of this name; its other versions stay.
editor-exists-import = Nothing was saved. Choose another name, or save what is imported as new versions of these graphs; their other versions stay.
editor-exists-late = These graphs were made meanwhile, and nothing was saved for them. The others are saved.
editor-onto = Save as a new version of it
editor-onto-all = Save as new versions of them
editor-import-title = Import a file
editor-import-what = The file is
editor-import-yaml = a definition in YAML
editor-import-json = a definition in JSON
editor-import-crontab = a crontab
editor-import-make = a makefile
editor-import-github = a workflow of GitHub Actions
editor-import-text = Its text
editor-import-file = or choose a file
editor-import-name = Name of the graph
editor-import-name-hint = For crontabs, makefiles and workflows; empty: as the file says.
editor-import-workdir = Folder in which scripts start
editor-import-workdir-hint = Where the other program would run them, e.g. the folder of the makefile.
editor-import-users = Lines of the crontab name a user, as in /etc/crontab
editor-import-do = Import
editor-import-none = No graph was found in this text.
editor-imported = Imported
editor-left-out = Left out or changed
editor-left-out-why = Read these before the first start: they have no counterpart here.
# $line (Number) - in the text
editor-line = line { NUMBER($line, useGrouping: "false") }
editor-shared = Inputs of all vertices
editor-shared-hint = Declared once, and used by every vertex whose script names them. A vertex that has an input of the same name uses its own.
editor-reserved = Scripts after the verdict have this name: choose another one.
# $version (Number) - a version
editor-text-changed = Nothing was saved, and your text is below as you wrote it. The newest version is now { NUMBER($version, useGrouping: "false") }; saving again puts your text in its place.
editor-theirs = What somebody else has changed
editor-mine = What saving your text would change in it
editor-newest-text = The newest text
