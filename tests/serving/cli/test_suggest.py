"""`shopwindow suggest`: a table for people, JSON for programs."""

import json

import pytest

from shopwindow.serving.cli.exit_codes import ExitCode
from tests.serving.cli.conftest import Here, write_feed


@pytest.fixture
def shop(here: Here) -> Here:
    write_feed(here.folder / "feed.csv", 12)
    assert here("index", "feed.csv").code == ExitCode.OK
    return here


def test_suggestions_as_a_table_and_as_json(shop: Here) -> None:
    table = shop("suggest", "red dr")
    assert table.code == ExitCode.OK
    rows = [line.split("│")[1:4] for line in table.out.splitlines() if line.startswith("│")]
    assert [[cell.strip() for cell in row] for row in rows[:2]] == [
        ["red Dresses", "category", "Dresses"],
        ["red dress", "word", "dress"],
    ]
    found = json.loads(shop("suggest", "فست", "--json").out)
    assert found[0] == {
        "text": "فستان", "kind": "word", "value": "فستان", "before": "", "count": 6,
    }  # fmt: skip
    assert len(json.loads(shop("suggest", "b", "--limit", "3", "--json").out)) == 3


def test_nothing_to_suggest_and_a_limit_that_is_none(shop: Here) -> None:
    assert shop("suggest", "zzz").out == "Nothing goes on like this.\n"
    refused = shop("suggest", "red", "--limit", "0")
    assert refused.code == ExitCode.USAGE
    assert "limit: expected 1 to 50, got 0" in refused.err
