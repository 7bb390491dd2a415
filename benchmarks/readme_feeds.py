"""Rows of the table of numbers about feeds."""

from typing import Any, TypeAlias

from benchmarks.results_file import read_result

Row: TypeAlias = tuple[str, str, str]
_FORM_NAMES = {"csv": "CSV", "google-xml": "Google XML"}


def build_feed_rows() -> list[Row]:
    """Return how fast feeds are read, in how much memory, and what of exports is read."""
    record = read_result("feeds")
    reading = []
    for form, measured in record["reading"].items():
        sizes = measured["sizes"]
        # Of processor time, for other processes share the machine; reading takes one core.
        rates = " and ".join(
            f"{size['products'] / size['cpu_seconds']:,.0f}" for size in sizes.values()
        )
        peaks = " and ".join(f"{size['peak_mb']:.0f}" for size in sizes.values())
        ratio = measured["memory_ratio"]
        memory = f"peak {peaks} MB ({ratio:.2f} times)"
        reading.append(f"{_FORM_NAMES[form]} {rates} products per CPU second, {memory}")
    counts = " and ".join(f"{int(n):,}" for n in next(iter(record["reading"].values()))["sizes"])
    exports = record["exports"].values()
    found = (
        f"{sum(export['read'] for export in exports)} of "
        f"{sum(export['products'] for export in exports)} products, "
        f"{sum(export['fields_right'] for export in exports)} fields right, "
        f"{sum(len(export['fields_wrong']) for export in exports)} wrong, "
        f"{sum(len(export['fields_lost']) for export in exports)} lost"
    )
    names = ", ".join(record["exports"])
    command = "python -m benchmarks.feeds"
    return [
        (f"reading feeds of {counts} products, nothing encoded", "; ".join(reading), command),
        (f"golden exports ({names})", found, command),
        _describe_mistakes(read_result("feed_mistakes")),
    ]


def _describe_mistakes(record: dict[str, Any]) -> Row:
    what = (
        f"{record['rows']} products, {record['mistakes']} typical mistakes in "
        f"{record['spoiled_rows']} rows, indexed in one go"
    )
    n_unreported = len(record["mistakes_not_reported"])
    found = (
        f"{record['products']} products; {len(record['wrong'])} of {record['fields_checked']} "
        f"fields wrong; {n_unreported} mistakes not reported; {record['lines_of_report']} lines of "
        "report"
    )
    return what, found, record["command"]
