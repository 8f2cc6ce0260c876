# Dumps a PostgreSQL server into $1/<time>/: each database as of one moment, and the roles that it refers to.
# Server and administrator are in libpq's variables (PGHOST, PGUSER, PGPASSWORD, ...).
set -eu

ask() { psql --no-psqlrc --no-align --tuples-only --set=ON_ERROR_STOP=1 --dbname=postgres --command="$1"; }

# Of a server that lost its volume, nothing must pass for the newest backup; of one that is being restored, no half.
if [ "$(ask "SELECT count(*) FROM pg_database WHERE NOT datistemplate AND datname <> 'postgres'")" = 0 ]; then
  echo "There is nothing to back up: the server has no database. If it had some, restore them first." >&2
  exit 1
fi
if [ "$(ask "SELECT count(*) FROM pg_database WHERE NOT datistemplate AND NOT datallowconn")" != 0 ]; then
  echo "There is a database that is closed, as all are while a restore runs. Back up again when it is done." >&2
  exit 1
fi

directory=$1/$(date -u +%Y%m%dT%H%M%SZ)
mkdir "$directory"
ask "SELECT datname FROM pg_database WHERE NOT datistemplate AND datname <> 'postgres' ORDER BY datname" >"$1/databases"
while IFS= read -r database; do
  pg_dump --format=custom --file="$directory/$database.dump" --dbname="$database"
  echo "dumped $database: $(wc -c <"$directory/$database.dump") bytes"
done <"$1/databases"

# Roles come last: whatever a dump refers to was there before. Passwords stay out: the Secrets have those in force.
pg_dumpall --globals-only --no-role-passwords --file="$directory/globals.sql"
