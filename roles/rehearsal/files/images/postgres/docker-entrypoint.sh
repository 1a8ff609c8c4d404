#!/usr/bin/env bash
# Prepares a database in an empty volume, as the image's documentation promises, then becomes the server.
set -euo pipefail

# from_file NAME DEFAULT: sets NAME from the file that NAME_FILE leads to, where that is given.
from_file() {
    local file_name=$1_FILE
    local file=${!file_name:-}
    if [[ -n $file && -n ${!1:-} ]]; then
        echo "postgres: both $1 and $file_name are set; set one of them" >&2
        exit 1
    fi
    if [[ -n $file ]]; then
        printf -v "$1" %s "$(<"$file")"
    else
        printf -v "$1" %s "${!1:-$2}"
    fi
    unset "$file_name"
}

require_password() {
    if [[ -z $POSTGRES_PASSWORD && ${POSTGRES_HOST_AUTH_METHOD:-} != trust ]]; then
        echo "postgres: the volume is empty and POSTGRES_PASSWORD is not set; set it, or POSTGRES_PASSWORD_FILE" >&2
        exit 1
    fi
}

create_cluster() {
    local -a extra=()
    [[ -z ${POSTGRES_INITDB_ARGS:-} ]] || read -ra extra <<<"$POSTGRES_INITDB_ARGS"
    [[ -z ${POSTGRES_INITDB_WALDIR:-} ]] || extra+=(--waldir "$POSTGRES_INITDB_WALDIR")
    [[ -z $POSTGRES_PASSWORD ]] || extra+=(--pwfile /dev/fd/9)
    initdb --username "$POSTGRES_USER" --auth trust "${extra[@]}" 9<<<"$POSTGRES_PASSWORD"
    printf 'host all all all %s\n' "${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}" >>"$PGDATA/pg_hba.conf"
    printf "listen_addresses = '*'\n" >>"$PGDATA/postgresql.conf"
}

run_sql() { psql --set ON_ERROR_STOP=1 --no-psqlrc --no-password --username "$POSTGRES_USER" "$@"; }

run_scripts() {
    local file
    for file in /docker-entrypoint-initdb.d/*; do
        # shellcheck disable=SC1090  # without an execute bit it is to be sourced, says the contract
        case $file in
        *.sh) if [[ -x $file ]]; then "$file"; else . "$file"; fi ;;
        *.sql) run_sql --dbname "$POSTGRES_DB" --file "$file" ;;
        *.sql.gz) gunzip --stdout "$file" | run_sql --dbname "$POSTGRES_DB" ;;
        *.sql.xz) xz --decompress --stdout "$file" | run_sql --dbname "$POSTGRES_DB" ;;
        *) echo "postgres: passing over $file" ;;
        esac
    done
}

# While it is being prepared the server listens on its socket alone: nobody meets half a database.
prepare_databases() {
    pg_ctl --wait --silent --options "-c listen_addresses=''" start
    if [[ $POSTGRES_DB != postgres ]]; then
        run_sql --dbname postgres --set name="$POSTGRES_DB" <<<'CREATE DATABASE :"name";'
    fi
    export PGUSER=$POSTGRES_USER PGDATABASE=$POSTGRES_DB PGPASSWORD=$POSTGRES_PASSWORD
    run_scripts
    unset PGUSER PGDATABASE PGPASSWORD
    pg_ctl --wait --silent --mode fast stop
}

[[ ${1:-} != -* ]] || set -- postgres "$@"
[[ ${1:-} == postgres ]] || exec "$@"

# As root still: secrets are often readable by root alone.
from_file POSTGRES_PASSWORD ''
from_file POSTGRES_USER postgres
from_file POSTGRES_DB "$POSTGRES_USER"
from_file POSTGRES_INITDB_ARGS ''
export POSTGRES_PASSWORD POSTGRES_USER POSTGRES_DB POSTGRES_INITDB_ARGS

if [[ $(id -u) -eq 0 ]]; then
    mkdir -p "$PGDATA"
    chown -R postgres:postgres "$PGDATA"
    chmod 0700 "$PGDATA"
    if [[ -n ${POSTGRES_INITDB_WALDIR:-} ]]; then
        mkdir -p "$POSTGRES_INITDB_WALDIR"
        chown -R postgres:postgres "$POSTGRES_INITDB_WALDIR"
    fi
    exec setpriv --reuid postgres --regid postgres --init-groups "$0" "$@"
fi

# All is done in a folder inside the volume and moved up at the end, PG_VERSION last: a killed start begins anew.
preparing=$PGDATA/slipway-preparing
if [[ ! -s $PGDATA/PG_VERSION ]]; then
    if [[ -e $preparing ]]; then
        echo "postgres: a former start was killed while it prepared the database; beginning anew"
        find "$PGDATA" -mindepth 1 -delete
    fi
    require_password
    final=$PGDATA PGDATA=$preparing
    create_cluster
    prepare_databases
    find "$preparing" -mindepth 1 -maxdepth 1 ! -name PG_VERSION -exec mv -t "$final" {} +
    mv "$preparing/PG_VERSION" "$final"
    PGDATA=$final
    echo "postgres: the database is prepared"
fi
[[ ! -d $preparing ]] || rmdir "$preparing"
unset POSTGRES_PASSWORD
exec "$@"
