"""Prints what was measured of faults into docs/measured.md, from `results/faults.json`.

`python -m benchmarks.fault_measured` rewrites what stands between the two markers.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from benchmarks.results_file import RESULTS, read_result

PAGE = RESULTS.parents[1] / "docs" / "measured.md"
BEGIN, END = "<!-- faults -->\n", "<!-- /faults -->\n"
COMMAND = "python -m benchmarks.faults --only"

Numbers: TypeAlias = Mapping[str, Any]
Row: TypeAlias = tuple[str, str]


def table() -> str:
    """Return the tables of faults as Markdown."""
    sections = read_result("faults")["sections"]
    lines = ["| what goes wrong | what came of it | command |", "|---|---|---|"]
    for name, make in MAKERS.items():
        shown = make(sections[name]) if name in sections else [(name, "not measured yet")]
        lines += [f"| {what} | {measured} | `{COMMAND} {name}` |" for what, measured in shown]
    if "kills" in sections:
        lines += ["", *_pairs(sections["kills"])]
    return "\n".join(lines) + "\n"


def rewritten(page: str) -> str:
    """Return the page with the table of today's results; the table is put at its end at first."""
    before, found, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    before = before if found else before.rstrip("\n") + "\n\n## Faults\n\n" + _INTRODUCTION
    return before + BEGIN + table() + END + after


_INTRODUCTION = """\
What is killed, stopped, damaged or filled up on purpose. *lost*: acknowledged, and not there
afterwards; *doubled*: there twice; *hung*: anybody waited longer than a minute; *unequal*: what
there is after the same work was done again is not what an undisturbed run makes. A kill is the
death of a process, not a loss of power.

"""


def _pairs(found: Numbers) -> list[str]:
    """Return the table of kills by phase and victim."""
    lines = [
        "| killed while | who | rounds | in time | lost | doubled | hung | unequal | told |",
        "|---|---|--:|--:|--:|--:|--:|--:|--:|",
    ]
    names = ("rounds", "in_phase", "lost", "doubled", "hung", "not_equal", "told")
    for each in found["pairs"]:
        numbers = " | ".join(str(each[name]) for name in names)
        lines.append(f"| {each['phase']} | {each['victim']} | {numbers} |")
    return [
        *lines,
        "",
        "*in time*: the phase was not over when the kill came. *told*: the main process, which had "
        "survived, ended with an error in one sentence, and the next run put all right. Of *both*, "
        "the keeper of the engine was killed with them every second time.",
    ]


def kills_row() -> tuple[str, str, str]:
    """Return the one row of all kills, with its command."""
    found = read_result("faults")["sections"]["kills"]
    n_phases = len({each["phase"] for each in found["pairs"]})
    what = f"kill -9 of main process, engine, keeper or all, in {n_phases} phases"
    return what, _kills(found)[0][1], f"{COMMAND} kills"


def _kills(found: Numbers) -> list[Row]:
    shown = (
        f"{found['rounds']} rounds: {found['lost']} lost, {found['doubled']} doubled, "
        f"{found['hung']} hung, {found['not_equal']} unequal; a survivor was told of it in "
        f"{found['told']}"
    )
    return [("kill -9, by phase and victim (below)", shown)]


def _bytes(found: Numbers) -> list[Row]:
    small, large = found["small"], found["large"]
    return [
        (
            f"one bit flipped, {small['files']} files of up to 1 MB, first, middle, last byte",
            f"{small['refused']} of {small['flips']} refused, "
            f"{small['changed in silence']} changed anything in silence, "
            f"{small['not put right']} not whole with the bit put back",
        ),
        (
            f"the same, {large['files']} larger files, which hold vectors and texts",
            f"{large['refused']} of {large['flips']} refused, {large['harmless']} harmless, "
            f"{large['changed in silence']} changed a value in silence, "
            f"{large['not put right']} not whole with the bit put back",
        ),
    ]


def _disk(found: Numbers) -> list[Row]:
    if "skipped" in found:
        return [("full disk, read-only folder", found["skipped"])]
    full, fixed = found["full"], found["read_only"]
    return [
        (
            "disk filled to the last byte, the engine killed there",
            f"{full['acknowledged']:,} products acknowledged, then {full['refused_with']}; "
            f"{full['lost']} lost; {full['search_errors']} of {full['searches']:,} searches "
            f"failed; {full['with_room_again']:,} of {full['of']:,} when there was room again",
        ),
        (
            "read-only folder",
            f"{fixed['answers']} of 50 searches answered, writing refused, "
            f"{fixed['files_changed']} files changed",
        ),
    ]


def _stalls(found: Numbers) -> list[Row]:
    fork, stopped = found["fork"], found["stopped"]
    return [
        (
            f"fork, {fork['processes']} processes ask at once",
            f"{fork['wrong']} of {fork['answers']:,} answers wrong",
        ),
        (
            f"engine stopped (SIGSTOP), deadline {stopped['timeout_s']:g} s, "
            f"{stopped['threads']} threads",
            f"the longest wait {stopped['longest_s']:.1f} s, {stopped['errors']} errors; with the "
            f"keeper stopped {max(stopped['waited_with_stopped_keeper_s']):.2f} s",
        ),
    ]


def _times(found: Numbers) -> list[Row]:
    return [
        (
            f"from kill -9 of the engine to the next answer, {found['points']:,} products",
            f"{found['restart_s']:.2f} s, {found['restart_ratio']:.2f} times the bare engine's "
            f"open (bar {found['restart_bar']})",
        ),
        (
            "round trip to the engine",
            f"{found['round_trip_ms']:.3f} ms, {found['round_trip_ratio']:.1f} times a pipe's "
            f"(bar {found['round_trip_bar']:g})",
        ),
    ]


def _merchants(found: Numbers) -> list[Row]:
    kinds = [each for name in ("memory", "edge") for each in found[name].values()]
    leaks, answers = (sum(each[name] for each in kinds) for name in ("leaks", "answers"))
    feed = found["full_feed"]
    return [
        (
            "two merchants with secret words in one index",
            f"{leaks} of {answers:,} answers told of the other; a full feed of one deleted "
            f"{feed['deleted']} and took over {feed['taken_over']} of the other's "
            f"{feed['products']}",
        )
    ]


def _bombs(found: Numbers) -> list[Row]:
    together = found["eight_at_once"]
    return [
        (
            f"{len(found['bombs'])} photo bombs, as a query and on the page",
            f"at worst {found['worst_cpu_s']:.1f} s of processor time, "
            f"{found['worst_decoder_mb']:.0f} MB in the decoder, {found['worst_own_mb']:.0f} MB "
            "in the process that serves",
        ),
        (
            "eight bombs at once, searches beside them",
            f"p95 {max(each['search_ms_beside']['p95'] for each in together):.0f} ms, "
            f"{max(each['search_ms_alone']['p95'] for each in together):.0f} ms without",
        ),
    ]


def _fuzz(found: Numbers) -> list[Row]:
    return [
        (
            f"{found['inputs']:,} mutated inputs to {len(found['targets'])} parts",
            f"{found['foreign']} foreign errors, {found['hung']} hung, {found['slow']} over 2 s; "
            f"the slowest {found['worst_cpu_s']:.2f} s",
        )
    ]


def _load(found: Numbers) -> list[Row]:
    slopes = found["slopes_a_minute"]
    engine = slopes["engine"]
    handles = max(abs(each["open"][0]) for each in slopes.values() if each["samples"])
    return [
        (
            f"{found['minutes']:g} minutes, four processes search and write in one folder",
            f"{found['errors']} errors in {sum(x['done'] for x in found['processes'].values()):,} "
            f"calls; MB a minute: engine {_interval(engine['mb'])}, "
            + ", ".join(f"{name} {_interval(slopes[name]['mb'])}" for name in found["processes"])
            + f"; open files at most {handles:.2f} a minute",
        )
    ]


def _interval(slope: list[float]) -> str:
    middle, low, high = slope
    return f"{middle:+.2f} ({low:+.2f} to {high:+.2f})"


def _rate(found: Numbers) -> list[Row]:
    rates = {(each["processes"], each["threads"]): each["per_s"] for each in found["rates"]}
    return [
        (
            f"searches a second, {found['products']:,} products, {n_processes} "
            f"process{'es' if n_processes > 1 else ''}",
            ", ".join(
                f"{rate:.0f} with {n_threads} thread{'s' if n_threads > 1 else ''}"
                for (number, n_threads), rate in rates.items()
                if number == n_processes
            ),
        )
        for n_processes in sorted({number for number, _ in rates})
    ]


MAKERS: Mapping[str, Callable[[Numbers], list[Row]]] = {
    "kills": _kills,
    "bytes": _bytes,
    "disk": _disk,
    "stalls": _stalls,
    "times": _times,
    "merchants": _merchants,
    "bombs": _bombs,
    "fuzz": _fuzz,
    "load": _load,
    "rate": _rate,
}
"""The rows of each section."""


def main() -> None:
    """Rewrite the table of faults."""
    page = PAGE.read_text(encoding="utf-8") if PAGE.exists() else "# Measured\n"
    PAGE.write_text(rewritten(page), encoding="utf-8")


if __name__ == "__main__":
    main()
