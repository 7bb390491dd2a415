"""Prints the measured numbers from `results/`: all into docs/measured.md, ten into the README.

`python -m benchmarks.readme` rewrites the table between the two markers of each page.
"""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from benchmarks import readme_feeds, readme_people, readme_search
from benchmarks.bench_compact_words import LANGUAGES
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
"""The rows of the README: the name of the result, and the index among its rows."""

PHOTO_LABELS = {
    "same_kind": "same product type",
    "same_colour": "same colour",
    "phone_first": "phone photo finds its product first",
}


def build_rows() -> dict[str, list[Row]]:
    """Return all rows, by the name of their result."""
    builders = {
        "start": _build_start_rows,
        "indexing": _build_indexing_rows,
        "feeds": readme_feeds.build_feed_rows,
        "updates": _build_update_rows,
        "latency": _build_latency_rows,
        "peers": readme_search.build_peers_rows,
        "faults": lambda: [make_kills_row()],
        "mutation": _build_mutation_rows,
        "relevance": readme_search.build_relevance_rows,
        "judged": readme_search.build_judged_rows,
        "arabic": readme_search.build_arabic_rows,
        "typing_errors": readme_search.build_typing_error_rows,
        "intent": readme_search.build_intent_rows,
        "cutoff": readme_search.build_cutoff_rows,
        "matching": readme_search.build_matching_rows,
        "images": readme_search.build_image_rows,
        "tastes": readme_people.build_taste_rows,
        "new_products": readme_people.build_new_product_rows,
        "complements": readme_people.build_complement_rows,
        "sequences": readme_people.build_sequence_rows,
        "visits": readme_people.build_visit_rows,
        "taste_costs": readme_people.build_profile_cost_rows,
        "events": readme_people.build_event_rows,
        "compact": _build_compact_rows,
        "adapt": _build_adapt_rows,
        "encoders": _build_encoder_rows,
        "photo_costs": _build_photo_cost_rows,
    }
    return {
        name: build()
        if (RESULTS / f"{name}.json").exists()
        else [(name, "not measured yet", f"python -m benchmarks.{name}")]
        for name, build in builders.items()
    }


def whole_table() -> str:
    """Return the table of all numbers as Markdown."""
    # Faults have a table of their own on that page.
    return _format_table(
        [row for name, rows in build_rows().items() for row in rows if name != "faults"]
    )


def short_table() -> str:
    """Return the README's table as Markdown."""
    rows = build_rows()
    return _format_table([rows[name][index] for name, index in TEN if index < len(rows[name])])


def rewritten(page: str, table: str) -> str:
    """Return a page with a table of today's results between its markers."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return before + BEGIN + table + END + after


def _format_table(rows: Sequence[Row]) -> str:
    lines = ["| what | measured | command |", "|---|---|---|"]
    lines += [f"| {what} | {measured} | `{command}` |" for what, measured, command in rows]
    return "\n".join(lines) + "\n"


def _build_start_rows() -> list[Row]:
    result = read_result("start")
    runs = ", ".join(f"{run['packages']} {run['seconds']:.0f} s" for run in result["runs"])
    with_torch = (
        f" (with torch {_format_installation(result['before']['runs'])})"
        if "before" in result
        else ""
    )
    measured = f"{runs}; {_format_installation(result['runs'])}{with_torch}"
    what = "fresh clone to first results; installation from a warm cache"
    return [(what, measured, result["command"])]


def _format_installation(runs: Sequence[Mapping[str, Any]]) -> str:
    warm_run = next(run for run in runs if run["packages"].startswith("warm"))
    return f"{warm_run['install_s']:.0f} s and {warm_run['venv_mib']:,} MiB"


def _build_mutation_rows() -> list[Row]:
    result = read_result("mutation")
    scores = [
        f"{name} {area['n_killed'] + area['n_timed_out']} of {area['n_sampled']}"
        for name, area in result["areas"].items()
        if "n_sampled" in area
    ]
    return [("small faults planted in a sample of lines that tests find", "; ".join(scores),
             result["command"])]  # fmt: skip


def _build_indexing_rows() -> list[Row]:
    result = read_result("indexing")
    measured = (
        f"{result['ratio_median']:.2f} times the bare encoding time; "
        f"{result['products_per_s_median']:.0f} products/s"
    )
    return [("indexing 1,000 products with `compact`", measured, result["command"])]


def _build_update_rows() -> list[Row]:
    result = read_result("updates")
    label = f"price and stock of {result['n_updates']:,} of {result['n_products']:,} products"
    measured = (
        f"{result['updates_per_s_median']:,} updates/s; {result['share_median']:.2f} of the bare "
        "engine's rate"
    )
    return [(label, measured, result["command"])]


def _build_latency_rows() -> list[Row]:
    result = read_result("latency")
    rows = []
    for n_products, latency in result["sizes"].items():
        measured = (
            f"p50 {latency['service']['p50_ms']:.1f} ms, "
            f"p95 {latency['service']['p95_ms']:.1f} ms; "
            f"{latency['service_ratio_p50']:.2f} and {latency['service_ratio_p95']:.2f} times "
            "encode + one engine call"
        )
        what = f"text query, two filters, {int(n_products):,} products"
        rows.append((what, measured, result["command"]))
    recall = list(result["sizes"].values())[-1]["recall_at_10"]
    measured = f"{recall['no_filter']:.3f}; {recall['two_filters']:.3f} with two filters"
    rows.append(("recall@10 of HNSW against exact search", measured, result["command"]))
    return rows


def _build_compact_rows() -> list[Row]:
    result = read_result("compact")
    titles, queries = result["title_to_photo"], result["kind_and_colour"]
    recall, mrr = _read_title_metrics(titles["compact"])
    chance_recall, chance_mrr = _read_title_metrics(titles["chance"])
    bm25 = _format_shares(queries["english, BM25 on the titles"])
    rows = [
        (
            f"`compact`, title to photo among {titles['n_products']:,} unseen fashion products",
            f"recall@10 {recall:.3f}, MRR {mrr:.3f} (chance {chance_recall:.3f}, {chance_mrr:.3f})",
        ),
        (
            f"`compact`, {queries['n_queries']} queries, precision@10: product type; type and "
            "colour",
            ", ".join(f"{name.title()} {_format_shares(queries[name])}" for name in LANGUAGES)
            + f" (BM25 on titles, English: {bm25})",
        ),
    ]
    datasets = []
    for name, encoders in result["photo_to_photo"].items():
        compact, backbone = encoders["compact"], encoders["bare backbone"]
        measured = "; ".join(
            f"{label} {compact[measure]:.3f} ({backbone[measure]:.3f})"
            for measure, label in PHOTO_LABELS.items()
            if measure in compact
        )
        datasets.append(f"{name}: {measured}")
    rows.append(("photo to photo (bare backbone)", " · ".join(datasets)))
    robustness = ", ".join(
        f"{name} {metrics['recall']:.3f}"
        for name, metrics in result["robustness"].items()
        if name != "n_products"
    )
    rows.append(("`compact`, title to photo, recall@10 with degraded photos", robustness))
    return [(what, measured, result["command"]) for what, measured in rows]


def _read_title_metrics(metrics: Mapping[str, float]) -> tuple[float, float]:
    """Return recall@10 and MRR; older results have other keys than `TitleRetrievalMetrics`."""
    if "recall_at_10" in metrics:
        return metrics["recall_at_10"], metrics["mrr"]
    return metrics["recall"], metrics["reciprocal_rank"]


def _build_adapt_rows() -> list[Row]:
    result = read_result("adapt")
    rows = []
    for name in ("electronics", "ikea"):
        dataset = result[name]
        rows.append(
            (
                f"`adapt` on half of {name} ({dataset['n_products']:,} products, "
                f"{dataset['seconds']:.0f} s): title to photo, other half",
                f"recall@10 {dataset['before']['recall']:.3f} before, "
                f"{dataset['after']['recall']:.3f} after "
                f"(chance {dataset['chance_recall']:.3f}); fashion "
                f"{result['fashion_before']['recall']:.3f} before, "
                f"{dataset['fashion_after']['recall']:.3f} after",
            )
        )
    both = result["ikea after electronics"]
    measured = (
        f"recall@10 electronics {result['electronics']['after']['recall']:.3f} before, "
        f"{both['electronics']['recall']:.3f} after; ikea {both['ikea']['recall']:.3f}"
    )
    rows.append(("`adapt` to ikea after electronics", measured))
    return [(what, measured, result["command"]) for what, measured in rows]


def _build_encoder_rows() -> list[Row]:
    result = read_result("encoders")
    compact, vit = result["compact"], result["ViT-B-32"]
    photo_ms, shares = (
        compact["photo_ms"]["whole_auto_with_decoding"],
        compact["share_of_bare_tower"],
    )
    cosine = compact["int8_cosine_to_float32"]
    rows = [
        (
            "`compact`, one thread, decoding included",
            f"{photo_ms:.1f} ms per photo, {compact['times_torch_eager']:.1f} times as fast as "
            f"torch eager; {shares['int8']:.2f} of its bare tower's speed "
            f"({shares['float32']:.2f} in float32); int8 to float32: cosine "
            f"{cosine['mean']:.3f}, at worst {cosine['least']:.3f}",
        ),
        (
            "ViT-B/32 through the open_clip adapter",
            f"{vit['photo_ms']['adapter_with_decoding']:.1f} ms per photo, "
            f"{vit['times_torch_eager']:.1f} times as fast as torch eager",
        ),
        (
            "texts in batches of 16; first text and photo; peak memory",
            f"`compact` {_format_start(compact, 'whole')}; ViT-B/32 {_format_start(vit, 'auto')}",
        ),
    ]
    return [(what, measured, result["command"]) for what, measured in rows]


def _build_photo_cost_rows() -> list[Row]:
    result = read_result("photo_costs")
    measured = ", ".join(
        f"{name} {cost['added_ms']:.1f} ms (of {cost['guarded_ms']:.1f})"
        for name, cost in result["photos"].items()
    )
    what = f"overhead of decoding a photo in a separate process (limit {result['bar_ms']:g} ms)"
    return [(what, measured, result["command"])]


def _format_start(encoder: Mapping[str, Any], name: str) -> str:
    start = encoder["start"]
    return (
        f"{encoder['text_ms'][name]:.1f} ms per text, {start['first_text_and_photo_s']:.1f} s, "
        f"{start['peak_mib']:,} MiB"
    )


def _format_shares(shares: Mapping[str, float]) -> str:
    return f"{shares['kind']:.2f}; {shares['kind_and_colour']:.2f}"


def main() -> None:
    """Rewrite the tables of both pages."""
    for path, table in ((README, short_table()), (MEASURED, whole_table())):
        page = path.read_text(encoding="utf-8")
        path.write_text(rewritten(page, table), encoding="utf-8")


if __name__ == "__main__":
    main()
