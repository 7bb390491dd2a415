"""All SQL of the ClickHouse store; values are bound as `{name:Type}`, never interpolated.

Times are microseconds since 1970 in UTC, as in the log. A row whose kind is `CURSOR_ROW_KIND` is
no event: it holds the cursor up to which a log is in the store, and is written in the same block
as the events. There are no partitions, because a block that spans several is not written
atomically.
Source: clickhouse.com/docs, "Transactional (ACID) support".
"""

from shopwindow.eventlog.analytics.arrow_tables import ACTION_LABELS, COUNT_COLUMNS, TRAINING_SCHEMA
from shopwindow.eventlog.analytics.periods import ATTRIBUTION_WINDOW_US, DAY_US

TABLE = "shopwindow_events_v1"
CURSOR_ROW_KIND = "position"

_KINDS = ", ".join(f"'{kind}'" for kind in ACTION_LABELS)
_LABELS = ", ".join(f"max(kind = '{kind}') AS {label}" for kind, label in ACTION_LABELS.items())
_DAY_SHIFT = 1_000_000
"""Days added before a division, which truncates towards zero, so that every day is positive."""

_PERIOD = "time >= {since:Int64} AND time < {until:Int64}"

CREATE_TABLE = f"""
CREATE TABLE IF NOT EXISTS {TABLE} (
    kind LowCardinality(String),
    product_id String,
    user_id String,
    session_id String,
    query_id String,
    surface LowCardinality(String),
    position Int64,
    propensity Nullable(Float64),
    ranker LowCardinality(String),
    ranker_version LowCardinality(String),
    features Map(LowCardinality(String), Float64),
    value Nullable(Float64),
    currency LowCardinality(String),
    time Int64,
    event_id String,
    dwell_ms Nullable(Int64),
    log_id LowCardinality(String),
    log_file Int64,
    log_seq Int64
) ENGINE = MergeTree ORDER BY (kind, time)
SETTINGS non_replicated_deduplication_window = 1000, finished_mutations_to_keep = 1,
    old_parts_lifetime = 1, merge_tree_clear_old_parts_interval_seconds = 1,
    cleanup_delay_period = 1, cleanup_delay_period_random_add = 0, max_cleanup_delay_period = 2
"""
"""The settings: repeated blocks are recognised by their token; old files go within seconds."""

MIGRATIONS = (
    f"ALTER TABLE {TABLE} ADD COLUMN IF NOT EXISTS dwell_ms Nullable(Int64) AFTER event_id",
)
"""Statements that bring the table of an earlier version up to date; repeating them does nothing."""

INSERT_SETTINGS = {
    "async_insert": 0,
    "insert_deduplicate": 1,
    "max_insert_threads": 1,
    "max_insert_block_size": 16_777_216,
    "min_insert_block_size_rows": 16_777_216,
    "min_insert_block_size_bytes": 0,
}
"""One insert is one block, which is written atomically."""

READ_SETTINGS = {"output_format_arrow_string_as_string": 1, "join_use_nulls": 0}

SELECT_CURSOR = f"""
SELECT log_file, log_seq FROM {TABLE}
WHERE kind = '{CURSOR_ROW_KIND}' AND log_id = {{log_id:String}}
ORDER BY log_file DESC, log_seq DESC LIMIT 1
"""

COUNT_EVENTS = f"SELECT count() FROM {TABLE} WHERE kind <> '{CURSOR_ROW_KIND}'"

DAILY_COUNTS = f"""
SELECT intDiv(time + {_DAY_SHIFT} * {DAY_US}, {DAY_US}) - {_DAY_SHIFT} AS day, kind, count() AS n
FROM {TABLE} WHERE kind <> '{CURSOR_ROW_KIND}' AND {_PERIOD}
GROUP BY day, kind ORDER BY day, kind
"""

_IS_SALE = "kind IN ('purchase', 'return') AND e.value IS NOT NULL"

PRODUCT_COUNTS = f"""
SELECT product_id,
    {", ".join(f"countIf(kind = '{kind}') AS {name}" for kind, name in COUNT_COLUMNS.items())},
    uniqExactIf(e.currency, {_IS_SALE}) AS n_currencies,
    if(n_currencies = 1, sumIf(if(kind = 'return', -e.value, e.value), {_IS_SALE}), NULL) AS value,
    if(n_currencies = 1, anyIf(e.currency, {_IS_SALE}), '') AS currency
FROM {TABLE} AS e WHERE kind <> '{CURSOR_ROW_KIND}' AND {_PERIOD}
GROUP BY product_id ORDER BY product_id
"""

_IMPRESSIONS = f"""
FROM {TABLE} AS i
LEFT JOIN (
    SELECT query_id, product_id, {_LABELS}, maxIf(dwell_ms, kind = 'click') AS dwell_ms
    FROM {TABLE}
    WHERE kind IN ({_KINDS}) AND time >= {{since:Int64}} AND query_id <> ''
    GROUP BY query_id, product_id
) AS a ON i.query_id = a.query_id AND i.product_id = a.product_id
WHERE i.kind = 'impression' AND i.time >= {{since:Int64}} AND i.time < {{until:Int64}}
"""

POSITION_RATES = f"""
SELECT i.surface AS surface, i.position AS position, count() AS n, sum(a.clicked) AS n_clicks
{_IMPRESSIONS}
GROUP BY surface, position ORDER BY surface, position
"""

RANKER_RATES = f"""
SELECT i.ranker AS ranker, i.ranker_version AS version, i.surface AS surface,
    count() AS n, sum(a.clicked) AS n_clicks, count(i.propensity) AS n_with_propensity,
    sum(a.clicked / i.propensity) AS w_clicked, sum(1 / i.propensity) AS w,
    sum(1 / (i.propensity * i.propensity)) AS w_squared
{_IMPRESSIONS}
GROUP BY ranker, version, surface ORDER BY ranker, version, surface
"""

_PURCHASED_LATER = f"""
SELECT i.event_id FROM {TABLE} AS i
INNER JOIN (
    SELECT user_id, product_id, time AS purchase_time FROM {TABLE}
    WHERE kind = 'purchase' AND query_id = '' AND user_id <> ''
        AND time >= {{since:Int64}} AND time <= {{until:Int64}} + {ATTRIBUTION_WINDOW_US}
) AS p ON i.user_id = p.user_id AND i.product_id = p.product_id
WHERE i.kind = 'impression' AND i.time >= {{since:Int64}} AND i.time < {{until:Int64}}
    AND purchase_time >= i.time AND purchase_time <= i.time + {ATTRIBUTION_WINDOW_US}
"""


def _select_column(name: str) -> str:
    if name == "purchased":
        return f"(a.purchased OR i.event_id IN ({_PURCHASED_LATER})) AS purchased"
    of_action = name in {*ACTION_LABELS.values(), "dwell_ms"}
    return f"{'a' if of_action else 'i'}.{name} AS {name}"


TRAINING_ROWS = f"""
SELECT {", ".join(map(_select_column, TRAINING_SCHEMA.names))}
{_IMPRESSIONS}
ORDER BY time, event_id
"""

BY_USER = "hex(SHA256(user_id)) = {user:String}"
BY_LINKED_IDS = {
    name: f"user_id = '' AND hex(SHA256({column})) IN {{digests:Array(String)}}"
    for name, column in (
        ("session_ids", "session_id"),
        ("query_ids", "query_id"),
        ("event_ids", "event_id"),
    )
}
"""Conditions by digest, by field of `LinkedIds`.

ClickHouse keeps the text of the last mutation in a file of its own, which must not contain ids.
"""

SELECT_LINKED_IDS = f"SELECT DISTINCT session_id, query_id FROM {TABLE} WHERE {BY_USER}"
COUNT_WHERE = f"SELECT count() FROM {TABLE} WHERE {{}}"
DELETE_WHERE = f"""
ALTER TABLE {TABLE} DELETE WHERE {{}}
SETTINGS mutations_sync = 2
"""

OLD_PARTS = f"""
SELECT name FROM system.parts
WHERE database = currentDatabase() AND table = '{TABLE}' AND NOT active
"""
"""Files that were replaced, which are removed soon."""
