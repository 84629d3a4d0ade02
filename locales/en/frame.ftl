language-name = English

frame-skip = Skip to content
frame-nav = Main
frame-sign-out = Sign out
# $theme (String) - the look that the button brings
frame-theme-next = Look: { $theme }
# $zone (String) - the name of the time zone, e.g. Asia/Shanghai
frame-zone = Times are { $zone }.

theme-auto = as the system has it
theme-light = light
theme-dark = dark

nav-pipelines = Pipelines
nav-inbox = Inbox
# $count (String) - tracks
nav-inbox-count = { $count } wait for a person
nav-graphs = Graphs
nav-new-graph = New graph
nav-secrets = Secrets
nav-journal = Journal
nav-system = System
nav-help = Keyboard
nav-docs = REST interface

# $why (String) - what the database said
banner-unwritable = Nothing can be changed now, because the database cannot be written: { $why }. Nothing is lost: what scripts deliver is kept, and it goes on by itself as soon as it can.
# $why (String) - what the system said
banner-no-reserve = The disk has no room for the reserve that saves results when it is full: { $why }. Please free some room; the reserve is made again by itself.
banner-draining = This server starts no new script: it ends once nothing runs any more. What waits then is started by the next server. To take it back:
