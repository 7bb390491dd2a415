"""`shopwindow suggest`: completions of a query, as a table and as JSON."""

import json

import pytest

from shopwindow.serving.cli.exit_codes import ExitCode
from tests.serving.cli.conftest import CliRunner, write_feed


@pytest.fixture
def shop(cli: CliRunner) -> CliRunner:
    write_feed(cli.folder / "feed.csv", 12)
    assert cli("index", "feed.csv").code == ExitCode.OK
    return cli


def test_suggestions_as_a_table_and_as_json(shop: CliRunner) -> None:
    table = shop("suggest", "red dr")
    assert table.code == ExitCode.OK
    rows = [line.split("│")[1:4] for line in table.out.splitlines() if line.startswith("│")]
    assert [[cell.strip() for cell in row] for row in rows[:2]] == [
        ["red Dresses", "category", "Dresses"],
        ["red dress", "word", "dress"],
    ]
    suggestions = json.loads(shop("suggest", "فست", "--json").out)
    assert suggestions[0] == {
        "text": "فستان", "kind": "word", "value": "فستان", "before": "", "count": 6,
    }  # fmt: skip
    assert len(json.loads(shop("suggest", "b", "--limit", "3", "--json").out)) == 3


def test_no_suggestions_and_a_limit_out_of_range(shop: CliRunner) -> None:
    assert shop("suggest", "zzz").out == "No suggestions.\n"
    refused = shop("suggest", "red", "--limit", "0")
    assert refused.code == ExitCode.USAGE
    assert "limit: expected 1 to 50, got 0" in refused.err
