"""Computes the year's table from the same files with DuckDB: `duckdb_table.py FOLDER`, CSV on stdout."""

import sys

import duckdb

root = sys.argv[1]
duckdb.sql(f"""
COPY (
    WITH posts AS (
        SELECT split_part(parse_filename(filename), '.', 1) AS account, id, published::TIMESTAMPTZ AS published
        FROM read_csv('{root}/readings/*/*/*.posts.csv', header = true, all_varchar = true, filename = true)
    ),
    last AS (
        SELECT subject, metric, arg_max(value, read) AS value
        FROM read_csv('{root}/readings/*/*/*/*.csv', header = true, columns = {{
            'read': 'TIMESTAMP', 'subject': 'VARCHAR', 'metric': 'VARCHAR', 'name': 'VARCHAR',
            'value': 'DECIMAL(18,6)', 'unit': 'VARCHAR', 'from': 'VARCHAR', 'until': 'VARCHAR', 'definition': 'VARCHAR'
        }})
        GROUP BY subject, metric
    )
    SELECT posts.account, last.metric, count(*) AS posts, sum(last.value) AS value
    FROM posts JOIN last ON last.subject = 'post/' || posts.account || '/' || posts.id
    GROUP BY ALL ORDER BY ALL
) TO '/dev/stdout' (FORMAT csv)
""")
