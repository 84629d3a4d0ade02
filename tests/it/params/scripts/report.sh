#!/bin/sh
# Mails how full the disks are, as text and as a page.
threshold=90; to=${MAILTO-root}
work=$(mktemp -d) || exit
trap 'rm -rf -- "$work"' 0

df -P | awk -v most="$threshold" '
	NR > 1 && $5 + 0 >= most { printf "%-30s %s (%d%% of %s)\n", $6, $5, $5, $2 }
	END { if (NR < 2) print "no disks?" }
' >"$work/full"

[ -s "$work/full" ] || exit 0
count=`wc -l < "$work/full" | tr -d ' '`

sendmail -t <<MAIL
To: $to
Subject: [$(uname -n)] $count disk$([ "$count" -eq 1 ] || echo s) nearly full
Content-Type: text/plain; charset=utf-8

These are over ${threshold}%:

$(sed 's/^/    /' "$work/full")

The largest directories below \$HOME (that's $HOME):
$(du -xk "$HOME" 2>/dev/null | sort -rn | head -n 5 |
	while read -r size name; do
		case $name in
			*/.cache*) continue ;;   # can't matter
			*) printf '%8d  %s\n' "$size" "$name" ;;
		esac
	done)
-- 
$(basename "$0"), it's $(date '+%H:%M o'\''clock')
MAIL

cat > "$work/page.html" <<'PAGE'
<!doctype html>
<title>Disks</title>
<p>It's nearly full: "$(this is no substitution)" and `neither is this`.
PAGE
{
	echo '<pre>'
	sed -e 's/&/\&amp;/g' -e 's/</\&lt;/g' "$work/full"
	echo '</pre>'
} >> "$work/page.html"
if command -v scp >/dev/null 2>&1 && [ -n "${WEB:-}" ]; then scp -q "$work/page.html" "$WEB:"; fi
