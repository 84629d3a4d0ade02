#!/bin/sh
### BEGIN INIT INFO
# Provides:          exampled
# Required-Start:    $remote_fs $syslog
# Short-Description: it's the example daemon
### END INIT INFO

PATH=/usr/sbin:/usr/bin:/sbin:/bin
NAME=exampled
DAEMON=/usr/sbin/$NAME
DAEMON_ARGS="--config /etc/$NAME.conf --user \"www data\""
PIDFILE=/run/$NAME.pid
: "${VERBOSE:=no}"

test -x "$DAEMON" || exit 0
[ -r /etc/default/$NAME ] && . /etc/default/$NAME

is_running()
{
	[ -f "$PIDFILE" ] && kill -0 "$(cat "$PIDFILE")" 2>/dev/null
}

do_start() {
	is_running && return 1
	start-stop-daemon --start --quiet --pidfile $PIDFILE --exec $DAEMON -- \
		$DAEMON_ARGS \
		|| return 2
	# A daemon that isn't ready after ten tries won't be.
	i=0
	until is_running || [ $i -ge 10 ]; do i=$(( i + 1 )); sleep 1; done
}

do_stop()
{
	start-stop-daemon --stop --quiet --retry=TERM/30/KILL/5 --pidfile "$PIDFILE"
	RETVAL="$?"
	case $RETVAL in (0|1) rm -f "$PIDFILE" ;; (2) return 2 ;; esac
	return "$RETVAL"
}

case "$1" in
  start)
	[ "$VERBOSE" != no ] && echo "Starting $NAME"
	do_start
	case "$?" in
		0|1) [ "$VERBOSE" != no ] && echo ok ;;
		2) [ "$VERBOSE" != no ] && echo 'failed!' ;;
	esac
	;;
  stop) do_stop ;;
  status)
	if is_running; then echo "$NAME is running"; else echo "$NAME isn't"; exit 3; fi ;;
  restart|force-reload)
	do_stop && do_start
	;;
  *)
	echo "Usage: $0 {start|stop|status|restart|force-reload}" >&2
	exit 3
	;;
esac
:
