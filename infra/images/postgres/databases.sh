#!/bin/sh
# Makes the databases and their roles. The image of PostgreSQL runs it once, when it makes its data folder.
set -eu

run() {
  psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --username="$POSTGRES_USER" --dbname=postgres "$@"
}

# A service has two roles: the owner runs migrations; the app owns nothing and is bound by row-level security.
for service in catalog inventory order notification; do
  upper=$(echo "$service" | tr '[:lower:]' '[:upper:]')
  run --set=owner="${service}_owner" --set=owner_password_variable="${upper}_OWNER_PASSWORD" \
    --set=app="${service}_app" --set=app_password_variable="${upper}_APP_PASSWORD" \
    --set=database="simlane_${service}" <<'SQL'
\getenv owner_password :owner_password_variable
\getenv app_password :app_password_variable
create role :"owner" login nosuperuser nobypassrls nocreatedb nocreaterole password :'owner_password';
create role :"app" login nosuperuser nobypassrls nocreatedb nocreaterole password :'app_password';
create database :"database" owner :"owner";
-- Nobody but the service's own two roles gets in.
revoke all on database :"database" from public;
grant connect on database :"database" to :"app";
\connect :"database"
alter schema public owner to :"owner";
grant usage on schema public to :"app";
SQL
done

run <<'SQL'
\getenv temporal_password TEMPORAL_DATABASE_PASSWORD
create role temporal login nosuperuser nobypassrls nocreatedb nocreaterole password :'temporal_password';
create database temporal owner temporal;
create database temporal_visibility owner temporal;
revoke all on database temporal, temporal_visibility from public;
SQL
