"""Prints the measured numbers from `results/`: all into docs/measured.md, ten into the README.

`python -m benchmarks.readme` rewrites what stands between the two markers of each page.
"""

from collections.abc import Sequence
from typing import Any, TypeAlias

from benchmarks import readme_people, readme_search
from benchmarks.bench_compact_words import TONGUES
from benchmarks.fault_measured import make_kills_row
from benchmarks.results_file import RESULTS, read_result

README = RESULTS.parents[1] / "README.md"
MEASURED = RESULTS.parents[1] / "docs" / "measured.md"
BEGIN, END = "<!-- numbers -->\n", "<!-- /numbers -->\n"

Row: TypeAlias = tuple[str, str, str]
"""What was measured, the numbers, and the command that remakes them."""

TEN = (
    ("start", 0), ("indexing", 0), ("latency", 1), ("faults", 0), ("compact", 0),
    ("relevance", 0), ("judged", 0), ("matching", 0), ("tastes", 0), ("visits", 1),
)  # fmt: skip
"""The rows that the README shows: the result, and which of its rows."""

PHOTO_MEASURES = {
    "same_kind": "same kind",
    "same_colour": "same colour",
    "phone_first": "phone photo finds its product first",
}


def rows() -> dict[str, list[Row]]:
    """Return all rows, by the name of their result."""
    makers = {
        "start": _start,
        "indexing": _indexing,
        "latency": _latency,
        "faults": lambda: [make_kills_row()],
        "relevance": readme_search.relevance,
        "judged": readme_search.judged,
        "arabic": readme_search.arabic,
        "typing_errors": readme_search.typing_errors,
        "intent": readme_search.intent,
        "cutoff": readme_search.cutoff,
        "matching": readme_search.matching,
        "tastes": readme_people.tastes,
        "new_products": readme_people.new_products,
        "complements": readme_people.complements,
        "sequences": readme_people.sequences,
        "visits": readme_people.visits,
        "taste_costs": readme_people.taste_costs,
        "events": readme_people.events,
        "compact": _compact,
        "adapt": _adapt,
        "encoders": _encoders,
        "photo_costs": _photo_costs,
    }
    return {
        name: make()
        if (RESULTS / f"{name}.json").exists()
        else [(name, "not measured yet", f"python -m benchmarks.{name}")]
        for name, make in makers.items()
    }


def whole_table() -> str:
    """Return the table of all numbers as Markdown."""
    # Faults have a table of their own on that page.
    return _as_table([row for name, some in rows().items() for row in some if name != "faults"])


def short_table() -> str:
    """Return the README's table as Markdown."""
    found = rows()
    return _as_table([found[name][number] for name, number in TEN if number < len(found[name])])


def rewritten(page: str, table: str) -> str:
    """Return a page with a table of today's results between its markers."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return before + BEGIN + table + END + after


def _as_table(found: Sequence[Row]) -> str:
    lines = ["| what | measured | command |", "|---|---|---|"]
    lines += [f"| {what} | {measured} | `{command}` |" for what, measured, command in found]
    return "\n".join(lines) + "\n"


def _start() -> list[Row]:
    found = read_result("start")
    runs = ", ".join(f"{each['packages']} {each['seconds']:.0f} s" for each in found["runs"])
    before = f" (with torch {_installed(found['before']['runs'])})" if "before" in found else ""
    shown = f"{runs}; {_installed(found['runs'])}{before}"
    return [
        ("fresh clone to printed answers; installing from a warm cache", shown, found["command"])
    ]


def _installed(runs: list[dict[str, Any]]) -> str:
    warm = next(each for each in runs if each["packages"].startswith("warm"))
    return f"{warm['install_s']:.0f} s and {warm['venv_mib']:,} MiB"


def _indexing() -> list[Row]:
    found = read_result("indexing")
    shown = (
        f"{found['ratio_median']:.2f} times the encoder's bare time; "
        f"{found['products_per_s_median']:.0f} products/s"
    )
    return [("indexing 1,000 products with `compact`", shown, found["command"])]


def _latency() -> list[Row]:
    found = read_result("latency")
    rows = []
    for size, each in found["sizes"].items():
        shown = (
            f"p50 {each['service']['p50_ms']:.1f} ms, p95 {each['service']['p95_ms']:.1f} ms; "
            f"{each['service_ratio_p50']:.2f} and {each['service_ratio_p95']:.2f} times "
            "encode + one engine call"
        )
        rows.append((f"text query, two filters, {int(size):,} products", shown, found["command"]))
    largest = list(found["sizes"].values())[-1]["recall_at_10"]
    shown = f"{largest['no_filter']:.3f}; {largest['two_filters']:.3f} with two filters"
    rows.append(("recall@10 of the graph against exact", shown, found["command"]))
    return rows


def _compact() -> list[Row]:
    found = read_result("compact")
    matched, asked = found["title_to_photo"], found["kind_and_colour"]
    chance, count = matched["chance"], f"{matched['n_products']:,}"
    rows = [
        (
            f"`compact`, title to photo among {count} unseen fashion products",
            f"recall@10 {matched['compact']['recall']:.3f}, "
            f"MRR {matched['compact']['reciprocal_rank']:.3f} "
            f"(chance {chance['recall']:.3f}, {chance['reciprocal_rank']:.3f})",
        ),
        (
            f"`compact`, {asked['n_queries']} queries: right kind; kind and colour",
            ", ".join(f"{name.title()} {_kinds(asked[name])}" for name in TONGUES)
            + f" (BM25 on titles, English: {_kinds(asked['english, BM25 on the titles'])})",
        ),
    ]
    looks = []
    for name, each in found["photo_to_photo"].items():
        ours, bare = each["compact"], each["bare backbone"]
        measures = [each for each in PHOTO_MEASURES if each in ours]
        shown = "; ".join(f"{PHOTO_MEASURES[m]} {ours[m]:.3f} ({bare[m]:.3f})" for m in measures)
        looks.append(f"{name}: {shown}")
    rows.append(("photo to photo (bare backbone)", " · ".join(looks)))
    left = ", ".join(
        f"{name} {each['recall']:.3f}"
        for name, each in found["robustness"].items()
        if name != "n_products"
    )
    rows.append(("`compact`, title to photo, recall@10 with spoilt photos", left))
    return [(what, shown, found["command"]) for what, shown in rows]


def _adapt() -> list[Row]:
    found = read_result("adapt")
    rows = []
    for name in ("electronics", "ikea"):
        each = found[name]
        rows.append(
            (
                f"`adapt` on half of {name} ({each['n_products']:,} products, "
                f"{each['seconds']:.0f} s): title to photo, other half",
                f"recall@10 {each['before']['recall']:.3f} before, {each['after']['recall']:.3f} "
                f"after (chance {each['chance_recall']:.3f}); fashion "
                f"{found['fashion_before']['recall']:.3f} before, "
                f"{each['fashion_after']['recall']:.3f} after",
            )
        )
    both = found["ikea after electronics"]
    shown = (
        f"recall@10 electronics {found['electronics']['after']['recall']:.3f} before, "
        f"{both['electronics']['recall']:.3f} after; ikea {both['ikea']['recall']:.3f}"
    )
    rows.append(("`adapt` to ikea after electronics", shown))
    return [(what, shown, found["command"]) for what, shown in rows]


def _encoders() -> list[Row]:
    found = read_result("encoders")
    ours, vit = found["compact"], found["ViT-B-32"]
    whole, shares = ours["photo_ms"]["whole_auto_with_decoding"], ours["share_of_bare_tower"]
    cosine = ours["int8_cosine_to_float32"]
    rows = [
        (
            "`compact`, one thread, decoding included",
            f"{whole:.1f} ms a photo, {ours['times_torch_eager']:.1f} times torch eager; "
            f"{shares['int8']:.2f} of its bare tower's speed ({shares['float32']:.2f} in float32); "
            f"int8 to float32: cosine {cosine['mean']:.3f}, at worst {cosine['least']:.3f}",
        ),
        (
            "ViT-B/32 through the open_clip adapter",
            f"{vit['photo_ms']['adapter_with_decoding']:.1f} ms a photo, "
            f"{vit['times_torch_eager']:.1f} times as fast as torch eager",
        ),
        (
            "texts of a batch of 16; first text and photo; peak memory",
            f"`compact` {_start_up(ours, 'whole')}; ViT-B/32 {_start_up(vit, 'auto')}",
        ),
    ]
    return [(what, shown, found["command"]) for what, shown in rows]


def _photo_costs() -> list[Row]:
    found = read_result("photo_costs")
    shown = ", ".join(
        f"{name} {each['added_ms']:.1f} ms (of {each['guarded_ms']:.1f})"
        for name, each in found["photos"].items()
    )
    what = f"added to a good photo by opening it in a process of its own (bar {found['bar_ms']:g})"
    return [(what, shown, found["command"])]


def _start_up(found: dict[str, Any], name: str) -> str:
    start = found["start"]
    return (
        f"{found['text_ms'][name]:.1f} ms a text, {start['first_text_and_photo_s']:.1f} s, "
        f"{start['peak_mib']:,} MiB"
    )


def _kinds(found: dict[str, float]) -> str:
    return f"{found['kind']:.2f}; {found['kind_and_colour']:.2f}"


def main() -> None:
    """Rewrite the tables of both pages."""
    for path, table in ((README, short_table()), (MEASURED, whole_table())):
        page = path.read_text(encoding="utf-8")
        path.write_text(rewritten(page, table), encoding="utf-8")


if __name__ == "__main__":
    main()
