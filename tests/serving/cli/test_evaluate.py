"""`shopwindow evaluate` and `shopwindow tune` on judged queries."""

from typing import Any

import pytest

from search import SearchService
from shopwindow.serving.cli import ExitCode
from shopwindow.serving.cli.evaluate_index import apply_overrides
from shopwindow.values.errors import InvalidSettingError
from shopwindow.values.setting_groups import SearchSettings
from tests.serving.cli.conftest import CliRunner, write_feed

JUDGMENTS = """query\tproduct_id\tlabel
red dress number 0\tsku-0\tE
blue mug number 4\tsku-4\tE
blue mug number 4\tsku-10\tS
nothing of this\tsku-1\tE
"""


@pytest.fixture
def shop(cli: CliRunner) -> CliRunner:
    write_feed(cli.folder / "feed.csv", 12)
    assert cli("index", "feed.csv").code == ExitCode.OK
    (cli.folder / "judged.tsv").write_text(JUDGMENTS, encoding="utf-8")
    return cli


def test_metrics_and_worst_queries_are_shown(shop: CliRunner) -> None:
    outcome = shop("evaluate", "judged.tsv", "--metric", "MRR@10", "--metric", "zero")
    assert outcome.code == ExitCode.OK, outcome.err
    rows = [line.split("│") for line in outcome.out.splitlines() if line.startswith("│")]
    values = {cells[1].strip(): cells[2].strip() for cells in rows}
    assert float(values["MRR@10"]) >= 2 / 3
    assert values["zero"] == "0.0000"
    assert "3 judged queries" in outcome.out
    assert next(name for name in values if name.islower() and " " in name) == "nothing of this"


def test_each_service_is_closed(shop: CliRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[SearchService] = []
    closed: list[SearchService] = []
    open_service, close_service = SearchService.__init__, SearchService.close

    def record_opening(service: SearchService, *arguments: Any, **options: Any) -> None:
        open_service(service, *arguments, **options)
        opened.append(service)

    def record_closing(service: SearchService) -> None:
        close_service(service)
        closed.append(service)

    monkeypatch.setattr(SearchService, "__init__", record_opening)
    monkeypatch.setattr(SearchService, "close", record_closing)
    assert shop("evaluate", "judged.tsv", "--variant", "weight_text=0").code == ExitCode.OK
    assert len(opened) == 2
    rows = [f"red dress number {n}\tsku-{n % 12}\tE\n" for n in range(24)]
    (shop.folder / "more.tsv").write_text("".join(["query\tproduct_id\tlabel\n", *rows]))
    grid = {"weight_text": (0.0, 0.3)}
    monkeypatch.setattr("shopwindow.serving.cli.tune_weights.WEIGHT_GRID", grid)
    outcome = shop("tune", "more.tsv")
    assert outcome.code == ExitCode.OK, outcome.err
    assert len(opened) >= 4
    assert closed == opened


def test_a_variant_is_compared_with_the_current_settings(shop: CliRunner) -> None:
    variant = ("--variant", "weight_text=0", "--variant", "weight_text_image=0")
    outcome = shop("evaluate", "judged.tsv", "--metric", "recall@10", *variant)
    assert outcome.code == ExitCode.OK, outcome.err
    assert "weight_text=0, weight_text_image=0 minus current: " in outcome.err
    assert "95 % between" in outcome.err
    assert "may well be chance" in outcome.err
    assert "harmed most" in outcome.out
    assert "helped most" not in outcome.out  # no query is


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("gone.tsv",), "expected a table of judgments"),
        (("feed.csv",), "expected columns query, product_id"),
        (("judged.tsv", "--metric", "nDGC@10"), "such as nDCG@10"),
        (("judged.tsv", "--variant", "fuson=rrf"), "fuson"),
        (("judged.tsv", "--variant", "fusion=magic"), "fusion"),
        (("judged.tsv", "--variant", "weight_text=-1"), "weight_text"),
    ],
)
def test_mistakes_are_named(shop: CliRunner, arguments: tuple[str, ...], reason: str) -> None:
    outcome = shop("evaluate", *arguments)
    assert outcome.code == ExitCode.USAGE
    assert reason in outcome.err
    assert "Traceback" not in outcome.err


def test_overrides_take_the_type_of_their_setting() -> None:
    settings = apply_overrides(
        SearchSettings(), ["weight_text=0.5", "fusion=rrf", "candidates_per_retriever=50"]
    )
    assert (settings.weight_text, settings.fusion, settings.candidates_per_retriever) == (
        0.5,
        "rrf",
        50,
    )
    assert settings.weight_lexical == SearchSettings().weight_lexical
    with pytest.raises(InvalidSettingError, match="NAME=VALUE"):
        apply_overrides(SearchSettings(), ["best"])
    with pytest.raises(InvalidSettingError, match="diversity: expected a number from") as caught:
        apply_overrides(SearchSettings(), ["fuson=rrf", "diversity=much"])
    assert len(caught.value.problems) == 2
    assert "Did you mean `fusion`?" in str(caught.value)


def test_tuning_shows_its_trials_and_changes_nothing(shop: CliRunner) -> None:
    lines = [f"number {n % 12} no {n}\tsku-{n % 12}\tE\n" for n in range(24)]
    judgments = "query\tproduct_id\tlabel\n" + "".join(lines)
    (shop.folder / "many.tsv").write_text(judgments, encoding="utf-8")
    before = sorted(path.name for path in shop.folder.iterdir())
    outcome = shop("tune", "many.tsv", "--rounds", "1")
    assert outcome.code == ExitCode.OK, outcome.err
    assert "queries train the weights" in outcome.err
    assert "text 0.3, text_image 0.3, attribute_match_boost 0.1" in outcome.err
    assert "text 0.5, text_image 0.3, attribute_match_boost 0.1" in outcome.err
    assert sorted(path.name for path in shop.folder.iterdir()) == before


def test_too_few_judgments_are_refused(shop: CliRunner) -> None:
    outcome = shop("tune", "judged.tsv")
    assert outcome.code == ExitCode.USAGE
    assert "at least 20 judged queries" in outcome.err
