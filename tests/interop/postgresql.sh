#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Has PostgreSQL compute the near-line statistics of a simulated market by docs/sql, and holds each
# number against what C has.
# usage: tests/interop/postgresql.sh BUILD [SEED [DAYS]]
#
# A server of its own in a folder of its own, on a socket there and no port; not as root, who may not
# run one: as the user postgres.
set -eu
build=$1 seed=${2:-1} days=${3:-90}
work=$(mktemp -d "${TMPDIR:-/var/tmp}/scrubgate-sql-XXXXXX")
postgres=
end() {
    if [ -n "$postgres" ]; then
        kill -INT "$postgres" 2>/dev/null || true
        wait "$postgres" 2>/dev/null || true
    fi
    rm -rf "$work"
}
trap end EXIT
trap 'exit 1' INT TERM

say() {
    echo "$(date +%T) $*"
}
fail() {
    echo "sql: $*" >&2
    exit 1
}

programs=$(find /usr/lib/postgresql -name initdb -path '*/bin/*' 2>/dev/null | sort -V | tail -1)
[ -n "$programs" ] || fail 'there is no PostgreSQL here: install postgresql'
programs=${programs%/initdb}
as= user=$(id -un)
if [ "$(id -u)" -eq 0 ]; then
    as='setpriv --reuid=postgres --regid=postgres --clear-groups' user=postgres
    chown postgres "$work"
fi

# shellcheck disable=SC2086 # words
$as "$programs/initdb" -D "$work/data" -A trust -U "$user" --no-sync >"$work/said" 2>&1 || {
    cat "$work/said" >&2
    fail 'initdb does not make a database'
}
# shellcheck disable=SC2086
$as "$programs/postgres" -D "$work/data" -c listen_addresses= -c unix_socket_directories="$work" \
    -c fsync=off -c work_mem=256MB -c jit=off >"$work/server" 2>&1 &
postgres=$!
sql() {
    PGOPTIONS="-c client_min_messages=warning" psql -X -q -v ON_ERROR_STOP=1 -h "$work" -U "$user" -d postgres "$@"
}
for i in $(seq 100); do
    kill -0 "$postgres" 2>/dev/null || {
        cat "$work/server" >&2
        fail 'the server does not run'
    }
    "$programs/pg_isready" -q -h "$work" -U "$user" && break
    [ "$i" -lt 100 ] || fail 'the server is not ready'
    sleep 0.1
done

"$build/scrubgate" collusion simulate --level L2 --seed "$seed" --days "$days" --out "$work/market"
say "PostgreSQL $(sql -At -c 'SHOW server_version'): loading"
sql -c 'CREATE TABLE lines (line json)'
sql -c "\\copy lines FROM '$work/market/events.ndjson' WITH (FORMAT csv, QUOTE E'\\x01', DELIMITER E'\\x02')"
sql -f docs/sql/load_postgresql.sql
for file in docs/sql/[1-9]_*.sql; do
    sql -c ANALYZE -f "$file" 2>"$work/said" || {
        cat "$work/said" >&2
        fail "$file"
    }
    say "$file"
done
sql -At -F '|' -f tests/collusion/numbers.sql >"$work/rows"
"$build/tests/interop/compare_sql" "$work/market/events.ndjson" <"$work/rows"
