"""Event files: import by usual column names, rejected rows reported, lossless round trip."""

import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shopwindow.eventlog import EventLog, export_events, import_events
from shopwindow.values import EVENT_KINDS, Event
from shopwindow.values.errors import EventFileError
from tests.eventlog.conftest import make_events, read_all_events

MARCH = datetime(2026, 3, 1, 8, 30, tzinfo=UTC)

CSV = """timestamp,visitorid,event,itemid,transactionid
1772353800000,257597,view,355908,
1772353800,992329,addtocart,248676,
2026-03-01T12:30:00+04:00,111016,transaction,318965,4000
2026-03-01 08:30:00,,View_Item_List,253185,
"""

INVALID_ROWS = """user,item,event,time,position
u1,sku-1,click,2026-03-01T08:30:00Z,1
u2,,click,2026-03-01T08:30:00Z,1
u3,sku-3,stare,2026-03-01T08:30:00Z,1
u4,sku-4,click,yesterday,1
u5,sku-5,click,,1
u6,sku-6,click,2026-03-01T08:30:00Z,1.5
u7,sku-7,click,2026-03-01T08:30:00Z,first
u8,sku-8,click,2026-03-01T08:30:00Z,1,too,many
u9,sku-\xff,click,2026-03-01T08:30:00Z,1
u10,sku-10,like,2026-03-01T08:30:00Z,
"""


def test_a_shops_table_is_imported_by_its_column_names(log: EventLog, tmp_path: Path) -> None:
    (tmp_path / "events.csv").write_text("\ufeff" + CSV, encoding="utf-8")
    report = import_events(log, tmp_path / "events.csv")
    assert (report.written, report.duplicates, report.n_rejected) == (4, 0, 0)
    events = read_all_events(log)
    assert [event.kind for event in events] == ["click", "cart", "purchase", "impression"]
    assert [event.user_id for event in events] == ["257597", "992329", "111016", ""]
    assert [event.time for event in events] == [MARCH] * 4
    repeated = import_events(log, tmp_path / "events.csv")
    assert (repeated.written, repeated.duplicates) == (0, 4)


def test_returns_and_dwell_times_have_the_names_of_other_systems(
    log: EventLog, tmp_path: Path
) -> None:
    rows = (
        "event_name,item_id,event_timestamp_,timestamp,engagement_time_msec,value\n"
        "refund,a,,1772353800,,20\nview_item,b,,1772353800,1500,\nReturn,c,,1772353800,0.0,\n"
        "view_item,d,,1772353800,1.5,\nview_item,e,,1772353800,-1,\n"
    )
    (tmp_path / "ga4.csv").write_text(rows)
    assert import_events(log, tmp_path / "ga4.csv").n_rejected == 2
    events = read_all_events(log)
    assert [(e.kind, e.dwell_ms, e.value) for e in events] == [
        ("return", None, 20.0), ("click", 1500, None), ("return", 0, None)
    ]  # fmt: skip


def test_equal_rows_of_a_file_are_separate_events(log: EventLog, tmp_path: Path) -> None:
    (tmp_path / "e.csv").write_text("user,item,event,time\n" + "u,i,view,1772353800\n" * 3)
    assert import_events(log, tmp_path / "e.csv").written == 3


def test_invalid_rows_are_rejected_with_line_and_reason_and_the_rest_is_imported(
    log: EventLog, tmp_path: Path
) -> None:
    (tmp_path / "events.csv").write_bytes(INVALID_ROWS.encode("latin-1"))
    report = import_events(log, tmp_path / "events.csv")
    assert [event.user_id for event in read_all_events(log)] == ["u1", "u10"]
    assert (report.written, report.n_rejected) == (2, 8)
    reasons = {row.line: row.reason for row in report.rejected}
    assert list(reasons) == [3, 4, 5, 6, 7, 8, 9, 10]
    expected = {
        3: "product_id: expected a value in a column 'product_id' or 'product'",
        4: "kind: expected one of impression, click",
        5: "time: expected a time in ISO 8601",
        6: "time: expected a value in a column",
        7: "position: expected a whole number, got '1.5'",
        8: "position: expected a number, got 'first'",
        9: "5 cells expected, as in the header, got 7",
        10: "product_id: expected a text in valid Unicode",
    }
    assert {line: text for line, text in expected.items() if text not in reasons[line]} == {}


def test_invalid_json_lines_are_rejected(log: EventLog, tmp_path: Path) -> None:
    lines = [
        '{"kind": "like", "sku": 17, "ts": 1772353800, "features": {"a": 0.5}, "value": 3}',
        "",
        '{"kind": "like"',
        "[1]",
        '{"kind": "like", "sku": ["a"], "ts": 1772353800}',
        '{"kind": "like", "sku": "b", "ts": 1772353800, "features": {"a": "x"}}',
        '{"event": "dislike", "product": "c", "date": "20260301"}',
    ]
    (tmp_path / "events.jsonl").write_text("\n".join(lines))
    report = import_events(log, tmp_path / "events.jsonl")
    assert [row.line for row in report.rejected] == [3, 4, 5, 6]
    first, last = read_all_events(log)
    assert (first.product_id, first.features, first.value, first.time) == (
        "17",
        {"a": 0.5},
        3,
        MARCH,
    )
    assert (last.kind, last.time) == ("hide", datetime(2026, 3, 1, tzinfo=UTC))


def test_parquet_times_in_nanoseconds_are_imported(log: EventLog, tmp_path: Path) -> None:
    times = pa.array([1772353800 * 10**9] * 2, pa.timestamp("ns"))
    table = pa.table({"event": ["view", "stare"], "item_id": [5, 6], "event_time": times})
    pq.write_table(table, tmp_path / "events.parquet")
    report = import_events(log, tmp_path / "events.parquet")
    assert [(row.line, row.reason[:4]) for row in report.rejected] == [(2, "kind")]
    assert [(event.product_id, event.time) for event in read_all_events(log)] == [("5", MARCH)]


UNREADABLE_FILES = {
    "missing.csv": (None, "there is no such file"),
    "events.txt": (b"x", "a name that ends in .csv, .jsonl, .ndjson, .parquet was expected"),
    "events.parquet": (b"PAR1 no", "not a Parquet file that can be read"),
    "events.csv": (b"a,b\n1,2\n", "no column for kind: expected one of kind, event.*; it has a, b"),
}


@pytest.mark.parametrize("name", UNREADABLE_FILES)
def test_unreadable_files_are_rejected(log: EventLog, tmp_path: Path, name: str) -> None:
    data, message = UNREADABLE_FILES[name]
    if data is not None:
        (tmp_path / name).write_bytes(data)
    with pytest.raises(EventFileError, match=message):
        import_events(log, tmp_path / name)
    assert log.count() == 0


@pytest.mark.parametrize("suffix", ["csv", "jsonl", "parquet"])
def test_export_of_one_visitor_has_only_their_events(
    log: EventLog, tmp_path: Path, suffix: str
) -> None:
    log.append([*make_events(3, user_id="u1"), *make_events(3, 3, user_id="u2")])
    path = tmp_path / "out" / f"u2.{suffix}"
    assert export_events(log, path, "u2") == 3
    with EventLog.open(tmp_path / "other") as other:
        import_events(other, path)
        assert read_all_events(other) == log.read_user_events("u2")
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_an_unwritable_file_is_rejected(log: EventLog, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(EventFileError, match="the file cannot be written"):
        export_events(log, tmp_path / "file" / "events.csv")


_TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
_NAMES = _TEXTS.filter(lambda text: bool(text.strip()))
_NUMBERS = st.floats(0, 1e9)
_TIMES = st.datetimes(datetime(1974, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))
EVENTS = st.builds(
    Event,
    kind=st.sampled_from(EVENT_KINDS),
    product_id=_NAMES,
    user_id=_TEXTS,
    session_id=_TEXTS,
    query_id=_TEXTS,
    surface=st.sampled_from(("search", "similar", "feed", "store")),
    position=st.integers(0, 1_000_000_000),
    propensity=st.none() | st.floats(0, 1, exclude_min=True),
    ranker=_TEXTS,
    ranker_version=_TEXTS,
    features=st.dictionaries(_TEXTS, st.floats(-1e9, 1e9), max_size=3),
    value=st.none() | _NUMBERS,
    currency=_TEXTS,
    time=_TIMES,
    event_id=_NAMES,
)


@pytest.mark.parametrize("suffix", ["csv", "jsonl", "parquet"])
@settings(max_examples=25, deadline=None)
@given(events=st.lists(EVENTS, max_size=8, unique_by=lambda event: event.event_id))
def test_an_exported_file_is_imported_unchanged(suffix: str, events: list[Event]) -> None:
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        path = folder / f"all.{suffix}"
        with EventLog.open(folder / "a") as first, EventLog.open(folder / "b") as second:
            first.append(events)
            assert read_all_events(first) == events
            assert export_events(first, path) == len(events)
            report = import_events(second, path)
            assert (report.written, report.rejected) == (len(events), [])
            assert read_all_events(second) == events


@pytest.mark.parametrize("user_id", ["=1+1", "＝1+1", "\ufeff=1", "'=1", "''=1", "-5"])
def test_formulas_are_escaped_in_csv_and_restored_on_import(
    log: EventLog, tmp_path: Path, user_id: str
) -> None:
    log.append([Event("click", "p1", user_id=user_id)])
    export_events(log, tmp_path / "events.csv")
    assert f"'{user_id}" in (tmp_path / "events.csv").read_text(encoding="utf-8")
    with EventLog.open(tmp_path / "other") as other:
        import_events(other, tmp_path / "events.csv")
        assert [event.user_id for event in other.read()[0]] == [user_id]
