# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
# Set-up, in one place: a Python environment with the pinned requirements, and a Docker Engine.
# Sourced by ./slipway from the top of the checkout. What is there already is used as it is.

CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/slipway
ENGINE_PID=/run/slipway-dockerd.pid
ENGINE_LOG=/var/log/slipway-dockerd.log
# What a rehearsal runs on the controller, each as "program=Debian package".
PROGRAMS="ssh=openssh-client ssh-keygen=openssh-client mmdebstrap=mmdebstrap mmdebstrap=debian-archive-keyring"

say() { printf 'slipway: %s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }

can_install() { [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; }

install_packages() {
    say "installing $* with apt-get"
    { apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends \
        -o DPkg::Lock::Timeout=300 install "$@"; } >"$CACHE/apt.log" 2>&1 ||
        fail "apt-get could not install $*: $(tail -n 3 "$CACHE/apt.log")"
}

# find_python [oldest]: the newest Python >= 3.11 that can make virtual environments, or the oldest one.
# Version managers keep theirs off the PATH.
find_python() {
    if [ "${1:-}" = oldest ]; then order=-n; else order=-rn; fi
    for python in python3.15 python3.14 python3.13 python3.12 python3.11 python3 \
        "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.1[1-9]*/bin/python3; do
        "$python" -c 'import ensurepip, sys, venv
version = sys.version_info
print(version.major * 1000 + version.minor if version >= (3, 11) else 0, sys.executable)' 2>/dev/null || :
    done | sort "$order" | sed -n '/^0 /d; s/^[0-9]* //p' | head -n 1
}

require_python() {
    PYTHON=$(find_python "$@")
    [ -n "$PYTHON" ] && return
    can_install || fail "no Python >= 3.11 with venv is here; install one, on Debian or Ubuntu: sudo apt-get install python3-venv"
    install_packages python3 python3-venv
    PYTHON=$(find_python "$@")
    [ -n "$PYTHON" ] || fail "this distribution's Python is older than 3.11; install a newer one, then run this again"
}

# Make the checkout importable as ansible_collections.slipway.deploy, with no copy of it anywhere.
link_checkout() {
    link=.slipway/collections/ansible_collections/slipway/deploy
    [ -L "$link" ] && return
    mkdir -p "${link%/*}"
    ln -s ../../../.. "$link"
}

# setup_environment REQUIREMENTS LINK [oldest]: a virtual environment kept by the content of its requirements
# outside the checkout, so that a fresh clone finds it made; LINK leads to it. With "oldest" it has the oldest
# Python, and of what the collection needs the very versions that are the lower bounds.
setup_environment() {
    mkdir -p "$CACHE"
    link_checkout
    requirements=$(cat requirements.txt "$1" | sha256sum | cut -c1-12)${3:+-$3}
    if [ -x "$2/bin/ansible" ] && [ "$(cat "$2/complete" 2>/dev/null)" = "$requirements" ]; then
        return
    fi
    require_python "${3:-}"
    environment=$CACHE/environments/$requirements-$("$PYTHON" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    if [ ! -e "$environment/complete" ]; then
        say "installing $1 with $("$PYTHON" --version) into $environment (once)"
        rm -rf "$environment"
        "$PYTHON" -m venv "$environment"
        [ "${3:-}" != oldest ] || sed 's/>=/==/' requirements.txt >"$environment/constraints.txt"
        "$environment/bin/pip" install --quiet --disable-pip-version-check -r "$1" \
            ${3:+--constraint "$environment/constraints.txt"} ||
            fail "pip could not install $1; its message is above"
        printf %s "$requirements" >"$environment/complete"
    fi
    ln -sfn "$environment" "$2"
}

# Ask the engine itself: a docker client alone proves nothing.
engine_answers() { "$1/bin/python" -c 'import docker; docker.from_env(timeout=5).ping()' 2>/dev/null; }

start_engine() {
    if [ -d /run/systemd/system ]; then
        say "starting docker.service"
        systemctl start docker
    else
        say "starting dockerd, since no systemd is here to do it; its log is $ENGINE_LOG"
        setsid dockerd --pidfile "$ENGINE_PID" >"$ENGINE_LOG" 2>&1 </dev/null &
    fi
}

# Whether an engine answers the environment that was set up.
engine_is_up() {
    if [ -L .venv-dev ]; then engine_answers .venv-dev; else engine_answers .venv; fi
}

missing_packages() {
    # shellcheck disable=SC2046  # a list of package names
    set -- $(for pair in $PROGRAMS; do command -v "${pair%=*}" >/dev/null || echo "${pair#*=}"; done | sort -u)
    echo "$*"
}

setup_engine() {
    missing=$(missing_packages)
    if ! engine_is_up; then
        command -v dockerd >/dev/null || missing="docker.io iptables $missing"
        can_install || fail "no Docker Engine answers here; start one, or on Debian or Ubuntu: sudo apt-get install $missing"
        # shellcheck disable=SC2086  # a list of package names
        [ -z "$missing" ] || install_packages $missing
        missing=
        engine_is_up || start_engine
        waited=0
        until engine_is_up; do
            waited=$((waited + 1))
            [ "$waited" -lt 30 ] || fail "the Docker Engine does not answer; the end of its log: $(tail -n 3 "$ENGINE_LOG")"
            sleep 1
        done
    fi
    [ -n "$missing" ] || return 0
    can_install || fail "programs are missing here; on Debian or Ubuntu: sudo apt-get install $missing"
    # shellcheck disable=SC2086  # a list of package names
    install_packages $missing
}

# An engine that this script started goes again with the rehearsal, unless somebody else uses it by now.
stop_own_engine() {
    [ -s "$ENGINE_PID" ] || return 0
    if [ "$(.venv/bin/python -c 'import docker; print(len(docker.from_env().containers.list()))' 2>/dev/null)" = 0 ]; then
        say "stopping the dockerd that slipway started"
        kill "$(cat "$ENGINE_PID")"
        # It takes its file away at the end, and until then no other one can start.
        waited=0
        while [ -e "$ENGINE_PID" ]; do
            waited=$((waited + 1))
            [ "$waited" -lt 30 ] || fail "the dockerd that slipway started does not end; its log is $ENGINE_LOG"
            sleep 1
        done
    else
        say "leaving dockerd running: containers of somebody else are in it"
    fi
}
