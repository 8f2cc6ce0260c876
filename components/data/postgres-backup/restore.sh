# Restores the dump in $1/<time>/ to a PostgreSQL server whose administrator is in libpq's variables (PGHOST, PGUSER, ...).
#
# Databases of the dump are closed first, so that nothing more is acknowledged that the restore will undo. They are
# loaded under other names and then change places with the old ones in one transaction: nobody sees a part, and a
# failure before that opens the old ones again. Databases that the dump does not have are left alone.
set -eu
cd "$1"/*Z
work=$(mktemp -d)

sql() { psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --dbname=postgres "$@"; }
# ask SQL [name]: one value; psql puts the name in place of :'name', safely quoted
ask() { echo "$1" | sql --no-align --tuples-only --set=name="${2-}"; }
exists() { [ "$(ask "SELECT count(*) FROM pg_database WHERE datname = :'name'" "$1")" = 1 ]; }
each_database() { for file in *.dump; do "$@" "${file%.dump}"; done; }

close() {
  exists "$1" || return 0
  sql --set=name="$1" <<'SQL'
ALTER DATABASE :"name" ALLOW_CONNECTIONS false;
SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = :'name' \g /dev/null
SQL
}
drop() { echo 'DROP DATABASE IF EXISTS :"name" WITH (FORCE)' | sql --set=name="$1" 2>"$work/notices" || { cat "$work/notices" >&2; return 1; }; }
drop_leftovers() { drop "restoring $1" && drop "replaced $1"; }
give_up() {
  drop "restoring $1"
  ! exists "$1" || echo 'ALTER DATABASE :"name" ALLOW_CONNECTIONS true' | sql --set=name="$1"
}

finish() {
  status=$?
  trap - EXIT
  if [ "$status" != 0 ]; then
    echo "The restore failed (exit code $status); opening the databases as they were." >&2
    each_database give_up || true
  fi
  exit "$status"
}
trap finish EXIT
trap 'exit 143' TERM

# Roles that exist stay as they are, with their passwords and memberships; those that are missing come back as they were.
restore_roles() {
  ask "SELECT format('CREATE ROLE %I;', rolname) FROM pg_roles
       UNION ALL SELECT format('ALTER ROLE %I ', rolname) FROM pg_roles
       UNION ALL SELECT format('GRANT %I TO %I ', a.rolname, b.rolname) FROM pg_roles a, pg_roles b" >"$work/existing"
  grep --invert-match --fixed-strings --file="$work/existing" globals.sql >"$work/roles.sql" || true
  sql --output=/dev/null --file="$work/roles.sql"
}

# load NAME: the database as "restoring NAME", and into swap.sql how it takes the place of the old one
load() {
  # Owner, rights and settings of the database itself, which pg_restore knows only for its own name.
  pg_restore --list --create "$1.dump" | grep --extended-regexp '^[0-9]+; [0-9]+ [0-9]+ (DATABASE|(ACL|COMMENT|SECURITY LABEL) - DATABASE)' >"$work/entries"
  pg_restore --create --use-list="$work/entries" --file="$work/database.sql" "$1.dump"
  sed --quiet 's/^CREATE DATABASE .* WITH TEMPLATE = /CREATE DATABASE :"restoring" WITH TEMPLATE = /p' "$work/database.sql" | sql --set=restoring="restoring $1"
  pg_restore --exit-on-error --jobs=2 --dbname="restoring $1" "$1.dump"
  psql --no-psqlrc --quiet --dbname="restoring $1" --command=ANALYZE
  {
    ! exists "$1" || ask "SELECT format('ALTER DATABASE %I RENAME TO %I;', :'name', 'replaced ' || :'name')" "$1"
    ask "SELECT format('ALTER DATABASE %I RENAME TO %I;', 'restoring ' || :'name', :'name')" "$1"
    grep --invert-match --extended-regexp '^(CREATE DATABASE |\\)' "$work/database.sql"
  } >>"$work/swap.sql"
  echo "loaded $1"
}

each_database close
each_database drop_leftovers
restore_roles
each_database load
sql --single-transaction --output=/dev/null --file="$work/swap.sql"
echo "restored $(basename "$PWD")"
each_database drop_leftovers
