#!/bin/sh
# Runs the server as the user redis in /data; arguments are the server's.
set -eu

case ${1:-} in
-* | *.conf) set -- redis-server "$@" ;;
esac
[ "${1:-}" = redis-server ] || exec "$@"

if [ "$(id -u)" -eq 0 ]; then
    find . ! -user redis -exec chown redis:redis {} +
    exec setpriv --reuid redis --regid redis --clear-groups "$0" "$@"
fi
umask 0077
# The image is reached over the container network, so protected mode is off unless somebody says otherwise.
shift
case "$* $(cat -- "${1:-/dev/null}" 2>/dev/null)" in
*protected-mode*) ;;
*) set -- "$@" --protected-mode no ;;
esac
exec redis-server "$@"
