#!/bin/bash
# Makes accounts from a list: name, group, shell; one in a line, # for remarks.
IFS=$' \t\n'
LIST=${1:-/etc/accounts.list}
SKIP='^(#|[[:space:]]*$)'
made=() ; problems=0

function account {
  local name=$1 group="${2:-users}" shell=${3-/bin/bash}
  if [[ ! $name =~ ^[a-z_][a-z0-9_-]{0,30}$ ]]; then
    echo "bad name: '$name'" >&2; return 1
  elif id "$name" &>/dev/null; then
    return 0
  fi
  getent group "$group" > /dev/null || groupadd "$group"
  useradd -m -g "$group" -s "$shell" -c "made on $(date -I)" "$name" || return
  made+=("$name")
  # The first password is random, and must be changed.
  local password; password=$(tr -dc 'A-Za-z0-9!#%&()*+' < /dev/urandom | head -c 16)
  chpasswd <<< "$name:$password"
  chage -d 0 "$name"
  cat <<'WELCOME' >"/home/$name/README"
It's yours. Don't type `rm -rf $HOME` here.
WELCOME
}

while read -r name group shell rest; do
  [[ $name =~ $SKIP ]] && continue
  [[ -z $rest ]] || echo "ignored: \"$rest\"" >&2
  account "$name" $group $shell || (( problems++ ))
done < <(sed -e 's/#.*//' -e "s/'//g" "$LIST")

printf '%s\n' "made ${#made[@]}: ${made[*]:-nobody}" "problems: $problems"
until (( problems == 0 )) ; do
  select answer in 'look at the list' ignore; do
    case $REPLY in
      1) "${EDITOR:-vi}" "$LIST" ;&
      2) problems=0; break ;;
      *) echo 'write 1 or 2' ;;
    esac
  done < /dev/tty
done
