"""`shopwindow evaluate`, as merchandisers run it."""

import pytest

from shopwindow.serving.cli import ExitCode
from shopwindow.serving.cli.evaluating import apply_overrides
from shopwindow.values.errors import InvalidSettingError
from shopwindow.values.settings import SearchSettings
from tests.serving.cli.conftest import Here, write_feed

JUDGED = """query\tproduct_id\tlabel
red dress number 0\tsku-0\tE
blue mug number 4\tsku-4\tE
blue mug number 4\tsku-10\tS
nothing of this\tsku-1\tE
"""


@pytest.fixture
def shop(here: Here) -> Here:
    write_feed(here.folder / "feed.csv", 12)
    assert here("index", "feed.csv").code == ExitCode.OK
    (here.folder / "judged.tsv").write_text(JUDGED, encoding="utf-8")
    return here


def test_measures_and_worst_queries_are_printed(shop: Here) -> None:
    done = shop("evaluate", "judged.tsv", "--measure", "MRR@10", "--measure", "zero")
    assert done.code == ExitCode.OK, done.err
    rows = [line.split("│") for line in done.out.splitlines() if line.startswith("│")]
    shown = {cells[1].strip(): cells[2].strip() for cells in rows}
    assert float(shown["MRR@10"]) >= 2 / 3
    assert shown["zero"] == "0.0000"
    assert "3 judged queries" in done.out
    assert next(name for name in shown if name.islower() and " " in name) == "nothing of this"


def test_two_settings_are_compared(shop: Here) -> None:
    words = ("--against", "weight_text=0", "--against", "weight_text_image=0")
    done = shop("evaluate", "judged.tsv", "--measure", "recall@10", *words)
    assert done.code == ExitCode.OK, done.err
    assert "weight_text=0, weight_text_image=0: " in done.err
    assert "95 % between" in done.err
    assert "may well be chance" in done.err
    assert "harmed most" in done.out
    assert "helped most" not in done.out  # no query is


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("gone.tsv",), "expected a table of judgments"),
        (("feed.csv",), "expected columns query, product_id"),
        (("judged.tsv", "--measure", "nDGC@10"), "such as nDCG@10"),
        (("judged.tsv", "--against", "fuson=ranks"), "fuson"),
        (("judged.tsv", "--against", "fusion=magic"), "fusion"),
        (("judged.tsv", "--against", "weight_text=-1"), "weight_text"),
    ],
)
def test_mistakes_are_named(shop: Here, arguments: tuple[str, ...], reason: str) -> None:
    done = shop("evaluate", *arguments)
    assert done.code == ExitCode.USAGE
    assert reason in done.err
    assert "Traceback" not in done.err


def test_a_value_takes_the_type_of_its_setting() -> None:
    found = apply_overrides(SearchSettings(), ["weight_text=0.5", "fusion=ranks", "depth=50"])
    assert (found.weight_text, found.fusion, found.candidates_per_retriever) == (0.5, "rrf", 50)
    assert found.weight_lexical == SearchSettings().weight_lexical
    with pytest.raises(InvalidSettingError, match="NAME=VALUE"):
        apply_overrides(SearchSettings(), ["best"])


def test_tuning_tells_its_tries_and_changes_nothing(shop: Here) -> None:
    lines = [f"number {n % 12} no {n}\tsku-{n % 12}\tE\n" for n in range(24)]
    many = "query\tproduct_id\tlabel\n" + "".join(lines)
    (shop.folder / "many.tsv").write_text(many, encoding="utf-8")
    before = sorted(each.name for each in shop.folder.iterdir())
    done = shop("tune", "many.tsv", "--rounds", "1")
    assert done.code == ExitCode.OK, done.err
    assert "queries choose" in done.err
    assert "text 0.3, text_image 0.3, named 0.1" in done.err
    assert "text 0.5, text_image 0.3, named 0.1" in done.err
    assert sorted(each.name for each in shop.folder.iterdir()) == before


def test_too_few_judgments_choose_nothing(shop: Here) -> None:
    done = shop("tune", "judged.tsv")
    assert done.code == ExitCode.USAGE
    assert "at least 20 judged queries" in done.err
