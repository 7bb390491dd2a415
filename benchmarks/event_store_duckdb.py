"""The queries of `EventStore` in DuckDB's SQL, over the files of the Parquet store.

The alternative that was considered for machines without chDB; only the benchmark uses it.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from shopwindow.eventlog.analytics.arrow_tables import ACTION_LABELS, COUNT_COLUMNS
from shopwindow.eventlog.analytics.periods import ATTRIBUTION_WINDOW_US, DAY_US

_LABELS = ", ".join(f"bool_or(kind = '{kind}') AS {label}" for kind, label in ACTION_LABELS.items())
_COUNTS = ", ".join(f"count(*) FILTER (kind = '{k}') AS {n}" for k, n in COUNT_COLUMNS.items())
_KINDS = ", ".join(f"'{kind}'" for kind in ACTION_LABELS)
_HAS_VALUE = "kind = 'purchase' AND value IS NOT NULL"

_IMPRESSIONS = f"""
FROM events i LEFT JOIN (
    SELECT query_id, product_id, {_LABELS} FROM events
    WHERE kind IN ({_KINDS}) AND query_id <> '' GROUP BY ALL
) a USING (query_id, product_id)
WHERE i.kind = 'impression'
"""

_PURCHASED_LATER = f"""
SELECT i.event_id FROM events i JOIN (
    SELECT user_id, product_id, time AS purchase_time FROM events
    WHERE kind = 'purchase' AND query_id = '' AND user_id <> ''
) p USING (user_id, product_id)
WHERE i.kind = 'impression' AND purchase_time BETWEEN i.time AND i.time + {ATTRIBUTION_WINDOW_US}
"""

QUERIES: Mapping[str, str] = {
    "count_by_day": f"SELECT time // {DAY_US} AS day, kind, count(*) FROM events GROUP BY ALL",
    "count_by_product": f"""
        SELECT product_id, {_COUNTS},
            CASE WHEN count(DISTINCT currency) FILTER ({_HAS_VALUE}) = 1
                THEN sum(value) FILTER ({_HAS_VALUE}) END AS value
        FROM events GROUP BY product_id ORDER BY product_id""",
    "compute_position_rates": f"""
        SELECT surface, position, count(*), count(*) FILTER (a.clicked) {_IMPRESSIONS}
        GROUP BY ALL ORDER BY ALL""",
    "compute_ranker_rates": f"""
        SELECT ranker, ranker_version, surface, count(*), count(*) FILTER (a.clicked),
            sum(a.clicked::INT / propensity), sum(1 / propensity), sum(1 / propensity ** 2)
        {_IMPRESSIONS} GROUP BY ALL ORDER BY ALL""",
    "build_training_rows": f"""
        SELECT i.*, coalesce(clicked, false), coalesce(carted, false),
            coalesce(purchased, false) OR event_id IN ({_PURCHASED_LATER}),
            coalesce(liked, false), coalesce(hidden, false)
        {_IMPRESSIONS} ORDER BY time, event_id""",
}


class DuckDbFiles:
    """Queries the files of a Parquet store.

    Args:
        folder: The folder of a Parquet store.
    """

    def __init__(self, folder: Path) -> None:
        self._connection: Any = duckdb.connect()
        pattern = str(folder / "v1_*.parquet").replace("'", "''")
        self._connection.execute(f"CREATE VIEW events AS SELECT * FROM read_parquet('{pattern}')")

    def run_query(self, name: str) -> pa.Table:
        """Return the result of a query, by the name of the method of `EventStore`."""
        return self._connection.sql(QUERIES[name]).to_arrow_table()
