"""The SQLite schema of the online store, with the stored names of its tables."""

SCHEMA_VERSION = 1

TABLES = (
    "CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
    "CREATE TABLE profiles (user_id TEXT PRIMARY KEY, profile BLOB NOT NULL)",
    """CREATE TABLE touched (
        user_id TEXT NOT NULL,
        product_id TEXT NOT NULL,
        kind TEXT NOT NULL,
        time_s REAL NOT NULL,
        PRIMARY KEY (user_id, product_id, kind)
    ) WITHOUT ROWID""",
    "CREATE INDEX touched_last ON touched (user_id, time_s)",
    "CREATE TABLE came (user_id TEXT PRIMARY KEY, time_s REAL NOT NULL) WITHOUT ROWID",
    "CREATE INDEX came_last ON came (time_s)",
    """CREATE TABLE tallies (
        product_id TEXT PRIMARY KEY,
        shown REAL NOT NULL,
        wanted REAL NOT NULL
    )""",
    "CREATE INDEX tallies_most ON tallies (wanted)",
    """CREATE TABLE pairs (
        kind TEXT NOT NULL,
        product_id TEXT NOT NULL,
        other_id TEXT NOT NULL,
        n REAL NOT NULL,
        PRIMARY KEY (kind, product_id, other_id)
    ) WITHOUT ROWID""",
    "CREATE INDEX pairs_most ON pairs (kind, product_id, n DESC, other_id)",
    """CREATE TABLE occurrences (
        kind TEXT NOT NULL,
        name TEXT NOT NULL,
        n REAL NOT NULL,
        PRIMARY KEY (kind, name)
    ) WITHOUT ROWID""",
    """CREATE TABLE pages (
        query_id TEXT PRIMARY KEY,
        user_id TEXT NOT NULL,
        time_s REAL NOT NULL,
        places TEXT NOT NULL
    )""",
    "CREATE INDEX pages_of_user ON pages (user_id)",
    "CREATE INDEX pages_last ON pages (time_s)",
)
"""`facts`: metadata: the encoder, the log and its cursor. `touched`: each visitor's latest
interaction of each kind with each product; `came`: the time of their latest one. `tallies`:
engagement statistics in forward-decayed units, see `shopwindow.personalization.product_stats`.
`pairs` and `occurrences`: co-occurrence counts and single counts, by rule. `pages`: the positions
of products in a response, until it is too old to be clicked."""

PER_USER_TABLES = ("profiles", "touched", "came", "pages")
"""The tables whose rows belong to one visitor each."""
