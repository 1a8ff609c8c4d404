#!/bin/sh
# Runs the gateway with the arguments given, or with those that the VGW_* variables stand for.
set -eu

if [ $# -eq 0 ]; then
    if [ -z "${VGW_BACKEND:-}" ]; then
        echo "versitygw: neither arguments nor VGW_BACKEND are given; set VGW_BACKEND=posix and VGW_BACKEND_ARG" >&2
        exit 1
    fi
    # Lists of options: they are split at blanks, by the image's contract.
    # shellcheck disable=SC2086
    set -- ${VGW_ARGS:-} "$VGW_BACKEND" ${VGW_BACKEND_ARG:+"$VGW_BACKEND_ARG"} ${VGW_BACKEND_ARGS:-}
fi
exec versitygw "$@"
