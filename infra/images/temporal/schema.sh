#!/bin/sh
# Brings Temporal's two databases up to the schema of this version of its tools. A repeat changes nothing.
set -eu

for part in temporal:temporal visibility:temporal_visibility; do
  schema=${part%%:*}
  database=${part#*:}
  temporal-sql-tool --db "$database" setup-schema --version 0.0
  temporal-sql-tool --db "$database" update-schema --schema-name "postgresql/v12/$schema"
done
