#!/usr/bin/env bash
# How long it takes from a request to its mail when there are many accounts, in each kind of user store, with the index
# that `regain check` advises and without.
#
#   bench/accounts.sh [ACCOUNTS [PROGRAM]]        a million, and target/release/regain
#
# PostgreSQL and MariaDB are those of REGAIN_TEST_POSTGRES_URL and REGAIN_TEST_MARIADB_URL (`cargo xtask databases`
# starts both). Mails go into files; what is measured ends when the file is there. Prints milliseconds, sorted.
set -euo pipefail
accounts=${1:-1000000}
repeats=9
regain=$(realpath "${2:-$(dirname "$0")/../target/release/regain}")
[ -x "$regain" ] || { echo "$regain is no program; run cargo build --release, or name another" >&2; exit 2; }
postgres=${REGAIN_TEST_POSTGRES_URL:?names a PostgreSQL to measure with; cargo xtask databases starts one}
mariadb=${REGAIN_TEST_MARIADB_URL:?names a MariaDB to measure with; cargo xtask databases starts one}
# To the program they would be settings that it does not know.
unset REGAIN_TEST_POSTGRES_URL REGAIN_TEST_MARIADB_URL
# A point in EPOCHREALTIME.
export LC_ALL=C
patience_seconds=60
folder=$(mktemp -d)
database=regain_bench_$$
trap cleanup EXIT

cleanup() {
    kill "${server:-}" 2>/dev/null || true
    in_postgres postgres "DROP DATABASE IF EXISTS $database WITH (FORCE)" || true
    in_mariadb mysql "DROP DATABASE IF EXISTS $database" || true
    rm -rf "$folder"
}

in_postgres() { psql --quiet --no-psqlrc --set ON_ERROR_STOP=1 "${postgres%/*}/$1" --command "$2"; }

in_mariadb() {
    [[ $mariadb =~ ://([^:@]*)(:([^@]*))?@([^:/]*):([0-9]+) ]]
    mariadb --user "${BASH_REMATCH[1]}" --password="${BASH_REMATCH[3]}" --host "${BASH_REMATCH[4]}" \
        --port "${BASH_REMATCH[5]}" "$1" --execute "$2"
}

hash='$2b$10$akTlWUjsJUPjZU6ra0Dqb.XQsi3Fp6T7ZdKpgYiSON/Ymquhy13VG'
table='(id bigint PRIMARY KEY, email varchar(255) NOT NULL, password varchar(255))'
series="WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $accounts)
        SELECT i, %s, '$hash' FROM n"

# Mixed case, so that nothing but a case-insensitive look-up finds anybody.
fill_postgres() {
    in_postgres postgres "CREATE DATABASE $database"
    in_postgres "$database" "CREATE TABLE accounts $table"
    in_postgres "$database" "INSERT INTO accounts SELECT i, 'Person' || i || '@Example.com', '$hash' FROM generate_series(1, $accounts) i"
    in_postgres "$database" "ANALYZE accounts"
    url=${postgres%/*}/$database
}
fill_mariadb() {
    in_mariadb mysql "CREATE DATABASE $database CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci"
    in_mariadb "$database" "CREATE TABLE accounts $table"
    in_mariadb "$database" "SET max_recursive_iterations = $((accounts + 1)); INSERT INTO accounts $(printf "$series" "CONCAT('Person', i, '@Example.com')")"
    in_mariadb "$database" "ANALYZE TABLE accounts" > "$folder/analyzed"
    url=${mariadb%/*}/$database
}
fill_sqlite() {
    python3 - "$folder/accounts.db" "CREATE TABLE accounts $table" "INSERT INTO accounts $(printf "$series" "'Person' || i || '@Example.com'")" <<'PYTHON'
import sqlite3, sys
database = sqlite3.connect(sys.argv[1])
for statement in sys.argv[2:]:
    database.execute(statement)
database.commit()
PYTHON
    url=sqlite:accounts.db
}
index_postgres() { in_postgres "$database" "CREATE INDEX ON accounts (lower(email))"; }
index_mariadb() { in_mariadb "$database" "CREATE INDEX accounts_by_address ON accounts (email)"; }
index_sqlite() { python3 -c 'import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute("CREATE INDEX by_address ON accounts (lower(email))")' "$folder/accounts.db"; }

configure() {
    cat > "$folder/regain.toml" <<TOML
public_url = "http://127.0.0.1:18080"
[server]
listen = "127.0.0.1:18080"
[users]
url = "$url"
table = "accounts"
[limits]
requests_per_network_per_minute = 1000000
[mail]
from = "Bench <bench@example.com>"
[mail.file]
directory = "mail"
[admin]
listen = "127.0.0.1:19090"
TOML
}

# Waits until a command succeeds, so many seconds between; gives up where the server ended, or takes too long.
wait_for() {
    local pause=$1 until=$((SECONDS + patience_seconds))
    shift
    until "$@"; do
        if ! kill -0 "$server" 2>/dev/null || ((SECONDS > until)); then
            echo "gave up waiting; the server said:" >&2
            cat "$folder/ready" "$folder/log" >&2
            exit 1
        fi
        sleep "$pause"
    done
}
is_ready() { grep -q ready "$folder/ready"; }
are_mailed() { [ "$(find "$folder/mail" -name '*.eml' 2>/dev/null | wc -l)" -ge "$1" ]; }

measure() {
    rm -rf "$folder"/mail "$folder"/regain.db*
    : > "$folder/ready"
    (cd "$folder" && exec "$regain" serve > ready 2> log) &
    server=$!
    wait_for 0.05 is_ready
    for n in $(seq "$repeats"); do
        from=${EPOCHREALTIME/./}
        curl --silent --output "$folder/answer" http://127.0.0.1:18080/auth/password-reset/request \
            --header 'Content-Type: application/json' --data "{\"email\":\"person$((accounts - n))@example.com\"}"
        wait_for 0.002 are_mailed "$n"
        echo $(((${EPOCHREALTIME/./} - from) / 1000))
    done | sort --numeric-sort | tr '\n' ' '
    echo
    kill "$server"
    wait "$server" || true
}

for store in sqlite postgres mariadb; do
    "fill_$store"
    configure
    printf '%-9s %d accounts, no index:   ' "$store" "$accounts"
    measure
    (cd "$folder" && "$regain" check | grep -i 'index' || true)
    "index_$store"
    printf '%-9s %d accounts, with index: ' "$store" "$accounts"
    measure
    (cd "$folder" && "$regain" check | grep -i 'index' || true)
done
