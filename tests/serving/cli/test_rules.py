"""`shopwindow rules`: the rules of a file, which apply to a search, and contradictions."""

import json
from pathlib import Path

import pytest

from shopwindow.serving.cli import ExitCode
from tests.serving.cli.conftest import ROOT, CliRunner, shopwindow

SAMPLE = str(ROOT / "data_samples" / "rules.toml")
RULES = """
[[rule]]
name = "Eid first"
query = ["abaya", "عباية"]
from = 2026-03-01T00:00:00+04:00
until = 2026-04-01T00:00:00+04:00
pin = ["sku-1"]

[[rule]]
name = "[b]Sale[/b]"
from = 2026-03-15T00:00:00+04:00
hide = { brand = "Brand 1" }

[[rule]]
name = "Help"
query = "returns"
match = "exact"
merchant = "m1"
redirect = "/help"
"""


@pytest.fixture
def file(cli: CliRunner) -> Path:
    path = cli.folder / "rules.toml"
    path.write_text(RULES, encoding="utf-8")
    return path


def parse_rows(out: str) -> dict[str, list[str]]:
    """Return the cells of each row by the first one; wrapped rows are joined."""
    found: dict[str, list[str]] = {}
    name = ""
    for line in out.splitlines():
        if not line.startswith("│"):
            continue
        cells = [cell.strip() for cell in line.strip("│").split("│")]
        name = cells[0] or name
        before = found.get(name, [""] * len(cells))
        found[name] = [f"{a} {b}".strip() for a, b in zip(before, cells, strict=True)]
    return found


def test_the_real_command_matches_the_sample_rules_in_arabic(tmp_path: Path) -> None:
    every = shopwindow(tmp_path, "rules", SAMPLE)
    assert (every.code, every.err) == (0, "")
    assert "Eid abayas first" in every.out
    assert "كلمات البيت" in every.out
    assert every.out.endswith("No contradictions.\n")
    eid = ("--at", "2026-03-10T12:00+04:00")
    one = shopwindow(tmp_path, "rules", SAMPLE, "العبايات", "السوداء", *eid, "--json")
    found = json.loads(one.out)
    assert [rule["name"] for rule in found["rules"]] == ["Eid abayas first", "كلمات البيت"]
    assert found["at"] == "2026-03-10T12:00:00+04:00"
    (tmp_path / "broken.toml").write_text('[[rule]]\nnme = "x"\npin = []\n', encoding="utf-8")
    broken = shopwindow(tmp_path, "rules", "broken.toml")
    assert (broken.code, broken.out) == (2, "")
    lines = broken.err.splitlines()
    assert len(lines) == 3, broken.err
    assert all(line.startswith("error: broken.toml: rule 1 (without a name): ") for line in lines)
    assert not list(tmp_path.glob("var"))


@pytest.mark.usefixtures("file")
def test_rules_are_shown_with_action_and_scope(cli: CliRunner) -> None:
    done = cli("rules", "rules.toml", "--at", "2026-03-10T00:00Z")
    assert done.code == ExitCode.OK, done.err
    found = parse_rows(done.out)
    eid = found["Eid first"]
    assert eid[1].startswith("with 'abaya' or 'عباية', from 2026-03-01 00:00+04:00, until")
    assert eid[2:] == ["pin sku-1 from place 1", "in force"]
    assert found["[b]Sale[/b]"][2:] == ["hide brand Brand 1", "scheduled"]
    assert found["Help"][1] == "for just 'returns', for merchant m1"
    assert "1 contradiction:" in done.out
    assert "'[b]Sale[/b]' may hide: '[b]Sale[/b]' wins" in done.out
    assert "For example, in a search for 'abaya'." in done.out
    over = parse_rows(cli("rules", "rules.toml", "--at", "2027-01-01T00:00Z").out)
    assert [cells[3] for cells in over.values()] == ["expired", "in force", "in force"]


@pytest.mark.usefixtures("file")
def test_a_search_shows_which_rules_apply_and_which_wins(cli: CliRunner) -> None:
    early, late = ("--at", "2026-03-10T00:00Z"), ("--at", "2026-03-20T00:00Z")
    assert list(parse_rows(cli("rules", "rules.toml", "abayas", *early).out)) == ["Eid first"]
    both = cli("rules", "rules.toml", "abayas", *late)
    assert list(parse_rows(both.out)) == ["Eid first", "[b]Sale[/b]"]
    assert "because hiding comes before pinning" in both.out
    assert cli("rules", "rules.toml", "mug", *early).out == "No rule applies to this search.\n"
    gone = cli("rules", "rules.toml", "returns", "--merchant", "m1", *early)
    assert "Redirects to /help by 'Help'." in gone.out
    document = json.loads(
        cli("rules", "rules.toml", "returns", "--merchant", "m1", *late, "--json").out
    )
    assert document["redirect"] == {"address": "/help", "rule": "Help"}
    assert [rule["kind"] for rule in document["rules"]] == ["redirect", "hide"]
    every = json.loads(cli("rules", "rules.toml", *early, "--json").out)
    assert [rule["state"] for rule in every["rules"]] == ["active", "scheduled", "active"]
    assert every["contradictions"][0]["is_certain"] is False


@pytest.mark.usefixtures("file")
@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("none.toml",), "none.toml: there is no such file"),
        (("rules.toml", "--at", "noon"), "--at: expected a time with a zone"),
        (("rules.toml", "--at", "2026-03-10T00:00"), "--at: expected a time with a zone"),
    ],
)
def test_mistakes_are_named(cli: CliRunner, arguments: tuple[str, ...], reason: str) -> None:
    done = cli("rules", *arguments)
    assert (done.code, done.out) == (ExitCode.USAGE, "")
    assert reason in done.err
    assert len(done.err.splitlines()) == 1
