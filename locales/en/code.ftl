# What the editor of scripts says (web/editor.js); `$` is where it puts a number.

code-keys = Tab indents. Escape, then Tab, leaves the field.
code-find = Find
code-replace-with = Replace
code-next = next
code-previous = previous
code-all = all
code-case = match case
code-regexp = regexp
code-word = by word
code-replace = replace
code-replace-all = replace all
code-close = close
code-match = current match
code-replaced = replaced $ matches
code-replaced-one = replaced match on line $
code-line = Go to line
code-go = go
code-control = Control character
code-on-line = on line
code-deleted = Selection deleted
