#!/bin/sh
# Run once by the postgres image on a new data directory: one role and one database per part, none sees another's.
set -eu
password=$(cat /run/secrets/database_password)
for part in registry issuer wallet verifier agent; do
  psql --set=ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres --set=role="edubadges_$part" --set=password="$password" <<'SQL'
create role :"role" login password :'password';
create database :"role" owner :"role";
revoke connect on database :"role" from public;
SQL
done
# ACA-Py makes the databases of its stores itself.
psql --set=ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres --command 'alter role edubadges_agent createdb'
