"""Writes the tables of faults into docs/measured.md, from `results/faults.json`.

`python -m benchmarks.fault_measured` rewrites the text between the two markers.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from benchmarks.results_file import RESULTS, read_result

PAGE = RESULTS.parents[1] / "docs" / "measured.md"
BEGIN, END = "<!-- faults -->\n", "<!-- /faults -->\n"
COMMAND = "python -m benchmarks.faults --only"

Numbers: TypeAlias = Mapping[str, Any]
Row: TypeAlias = tuple[str, str]


def render_tables() -> str:
    """Return the tables of faults as Markdown."""
    sections = read_result("faults")["sections"]
    lines = ["| fault | outcome | command |", "|---|---|---|"]
    for name, make_rows in ROW_MAKERS.items():
        rows = make_rows(sections[name]) if name in sections else [(name, "not measured yet")]
        lines += [f"| {fault} | {outcome} | `{COMMAND} {name}` |" for fault, outcome in rows]
    if "kills" in sections:
        lines += ["", *_render_kill_table(sections["kills"])]
    return "\n".join(lines) + "\n"


def rewrite_page(page: str) -> str:
    """Return the page with current tables; a page without markers gets them at its end."""
    before, marker, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    before = before if marker else before.rstrip("\n") + "\n\n## Faults\n\n" + _INTRODUCTION
    return before + BEGIN + render_tables() + END + after


_INTRODUCTION = """\
Processes are killed or stopped, files damaged and disks filled up on purpose. *lost*: acknowledged,
but missing afterwards; *doubled*: stored twice; *hung*: a process waited longer than a minute;
*unequal*: after the same work was repeated, the state differs from that of an undisturbed run. A
kill is the death of a process, not a loss of power.

"""


def _render_kill_table(kills: Numbers) -> list[str]:
    """Return the table of kills by phase and victim."""
    lines = [
        "| phase | killed | rounds | in time | lost | doubled | hung | unequal | told |",
        "|---|---|--:|--:|--:|--:|--:|--:|--:|",
    ]
    names = ("rounds", "in_phase", "lost", "doubled", "hung", "not_equal", "told")
    for pair in kills["pairs"]:
        numbers = " | ".join(str(pair[name]) for name in names)
        lines.append(f"| {pair['phase']} | {pair['victim']} | {numbers} |")
    return [
        *lines,
        "",
        "*in time*: the kill came before the phase was over. *told*: the surviving main process "
        "ended with an error message, and the next run repaired everything. With *both*, the "
        "supervisor of the engine was killed too every second time.",
    ]


def make_kills_row() -> tuple[str, str, str]:
    """Return the summary row of all kills, with its command."""
    kills = read_result("faults")["sections"]["kills"]
    n_phases = len({pair["phase"] for pair in kills["pairs"]})
    fault = f"kill -9 of main process, engine, supervisor or all, in {n_phases} phases"
    return fault, _make_kill_rows(kills)[0][1], f"{COMMAND} kills"


def _make_kill_rows(section: Numbers) -> list[Row]:
    outcome = (
        f"{section['rounds']} rounds: {section['lost']} lost, {section['doubled']} doubled, "
        f"{section['hung']} hung, {section['not_equal']} unequal; "
        f"a surviving process got an error in {section['told']}"
    )
    return [("kill -9, by phase and victim (below)", outcome)]


def _make_byte_rows(section: Numbers) -> list[Row]:
    small, large = section["small"], section["large"]
    return [
        (
            f"one bit flipped, {small['files']} files of up to 1 MB, first, middle, last byte",
            f"{small['refused']} of {small['flips']} refused, "
            f"{small['changed in silence']} silently changed a value, "
            f"{small['not put right']} damaged after the bit was restored",
        ),
        (
            f"the same, {large['files']} larger files with vectors and texts",
            f"{large['refused']} of {large['flips']} refused, {large['harmless']} harmless, "
            f"{large['changed in silence']} silently changed a value, "
            f"{large['not put right']} damaged after the bit was restored",
        ),
    ]


def _make_disk_rows(section: Numbers) -> list[Row]:
    if "skipped" in section:
        return [("full disk, read-only folder", section["skipped"])]
    full, read_only = section["full"], section["read_only"]
    return [
        (
            "disk filled to the last byte, the engine killed there",
            f"{full['acknowledged']:,} products acknowledged, then {full['refused_with']}; "
            f"{full['lost']} lost; {full['search_errors']} of {full['searches']:,} searches "
            f"failed; {full['with_room_again']:,} of {full['of']:,} once there was space again",
        ),
        (
            "read-only folder",
            f"{read_only['answers']} of 50 searches succeeded, writes refused, "
            f"{read_only['files_changed']} files changed",
        ),
    ]


def _make_stall_rows(section: Numbers) -> list[Row]:
    fork, stopped = section["fork"], section["stopped"]
    return [
        (
            f"fork, {fork['processes']} processes search at once",
            f"{fork['wrong']} of {fork['answers']:,} replies wrong",
        ),
        (
            f"engine stopped (SIGSTOP), deadline {stopped['timeout_s']:g} s, "
            f"{stopped['threads']} threads",
            f"longest wait {stopped['longest_s']:.1f} s, {stopped['errors']} errors; with the "
            f"supervisor stopped {max(stopped['waited_with_stopped_supervisor_s']):.2f} s",
        ),
    ]


def _make_time_rows(section: Numbers) -> list[Row]:
    return [
        (
            f"from kill -9 of the engine to the next reply, {section['points']:,} products",
            f"{section['restart_s']:.2f} s, {section['restart_ratio']:.2f} times the bare engine's "
            f"open (limit {section['restart_bar']})",
        ),
        (
            "round trip to the engine",
            f"{section['round_trip_ms']:.3f} ms, {section['round_trip_ratio']:.1f} times a pipe's "
            f"(limit {section['round_trip_bar']:g})",
        ),
    ]


def _make_merchant_rows(section: Numbers) -> list[Row]:
    results = [counts for name in ("memory", "edge") for counts in section[name].values()]
    leaks, answers = (sum(counts[name] for counts in results) for name in ("leaks", "answers"))
    feed = section["full_feed"]
    return [
        (
            "two merchants with distinctive words in one index",
            f"{leaks} of {answers:,} responses leaked the other; a full feed of one deleted "
            f"{feed['deleted']} and took over {feed['taken_over']} of the other's "
            f"{feed['products']}",
        )
    ]


def _make_bomb_rows(section: Numbers) -> list[Row]:
    runs = section["eight_at_once"]
    return [
        (
            f"{len(section['bombs'])} photo bombs, as a query and on the page",
            f"at worst {section['worst_cpu_s']:.1f} s of processor time, "
            f"{section['worst_decoder_mb']:.0f} MB in the decoder, "
            f"{section['worst_own_mb']:.0f} MB in the serving process",
        ),
        (
            "eight bombs at once, with concurrent searches",
            f"p95 {max(run['search_ms_beside']['p95'] for run in runs):.0f} ms, "
            f"{max(run['search_ms_alone']['p95'] for run in runs):.0f} ms without",
        ),
    ]


def _make_fuzz_rows(section: Numbers) -> list[Row]:
    return [
        (
            f"{section['inputs']:,} mutated inputs to {len(section['targets'])} parts",
            f"{section['foreign']} foreign errors, {section['hung']} hung, "
            f"{section['slow']} over 2 s; the slowest {section['worst_cpu_s']:.2f} s",
        )
    ]


def _make_load_rows(section: Numbers) -> list[Row]:
    slopes = section["slopes_a_minute"]
    engine = slopes["engine"]
    n_calls = sum(count["done"] for count in section["processes"].values())
    max_open_files = max(abs(slope["open"][0]) for slope in slopes.values() if slope["samples"])
    return [
        (
            f"{section['minutes']:g} minutes, four processes search and write in one folder",
            f"{section['errors']} errors in {n_calls:,} calls; "
            f"MB per minute: engine {_format_interval(engine['mb'])}, "
            + ", ".join(
                f"{name} {_format_interval(slopes[name]['mb'])}" for name in section["processes"]
            )
            + f"; open files at most {max_open_files:.2f} per minute",
        )
    ]


def _format_interval(slope: list[float]) -> str:
    middle, low, high = slope
    return f"{middle:+.2f} ({low:+.2f} to {high:+.2f})"


def _make_rate_rows(section: Numbers) -> list[Row]:
    rates = {(row["processes"], row["threads"]): row["per_s"] for row in section["rates"]}
    return [
        (
            f"searches per second, {section['products']:,} products, {n_processes} "
            f"process{'es' if n_processes > 1 else ''}",
            ", ".join(
                f"{rate:.0f} with {n_threads} thread{'s' if n_threads > 1 else ''}"
                for (number, n_threads), rate in rates.items()
                if number == n_processes
            ),
        )
        for n_processes in sorted({number for number, _ in rates})
    ]


ROW_MAKERS: Mapping[str, Callable[[Numbers], list[Row]]] = {
    "kills": _make_kill_rows,
    "bytes": _make_byte_rows,
    "disk": _make_disk_rows,
    "stalls": _make_stall_rows,
    "times": _make_time_rows,
    "merchants": _make_merchant_rows,
    "bombs": _make_bomb_rows,
    "fuzz": _make_fuzz_rows,
    "load": _make_load_rows,
    "rate": _make_rate_rows,
}
"""Makes the rows of each section."""


def main() -> None:
    """Rewrite the tables of faults."""
    page = PAGE.read_text(encoding="utf-8") if PAGE.exists() else "# Measured\n"
    PAGE.write_text(rewrite_page(page), encoding="utf-8")


if __name__ == "__main__":
    main()
