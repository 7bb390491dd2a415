"""`shopwindow update`: the report, the exit codes, and what a dry run shows."""

import csv
import re

from shopwindow.serving.cli import ExitCode
from tests.serving.cli.conftest import CliRunner, counts, write_feed


def write_prices(cli: CliRunner, text: str) -> None:
    (cli.folder / "prices.csv").write_text(text, encoding="utf-8")


def test_prices_and_stock_are_updated_and_the_rest_is_reported(cli: CliRunner) -> None:
    write_feed(cli.folder / "feed.csv", 3)
    assert cli("index", "feed.csv").code == ExitCode.OK
    write_prices(cli, "id,title,price\nsku-0,Other,7\nsku-1,,\nnew,,5\n,,6\nsku-2,,cheap\n")
    outcome = cli("update", "prices.csv", "--max-rejected", "20")
    assert outcome.code == ExitCode.OK, outcome.err
    table = counts(outcome)
    assert (table["updated"], table["unchanged"]) == ("2", "1")
    assert (table["not in the index"], table["rejected"]) == ("1", "1")
    assert table["values removed as unusable"] == "1"
    assert re.search(r"│ 4 +│ new +│ id +│ no product of the index has this id", outcome.out)
    assert "column 'title' was ignored: an update encodes nothing" in outcome.err
    with (cli.folder / "prices.csv.rejects.csv").open(encoding="utf-8-sig", newline="") as file:
        assert sorted(row["line"] for row in csv.DictReader(file)) == ["4", "5", "6"]
    assert cli("update", "prices.csv").code == ExitCode.PARTIAL_FAILURE
    assert counts(cli("update", "prices.csv"))["updated"] == "0"


def test_a_feed_without_an_indexed_product_fails(cli: CliRunner) -> None:
    write_feed(cli.folder / "feed.csv", 2)
    write_prices(cli, "id,price\nx,1\n")
    assert cli("update", "prices.csv").code == ExitCode.FAILED, "there is no index"
    cli("index", "feed.csv")
    outcome = cli("update", "prices.csv")
    assert outcome.code == ExitCode.FAILED
    assert "no row has an indexed product" in outcome.err


def test_a_feed_without_an_updatable_column_is_refused(cli: CliRunner) -> None:
    write_prices(cli, "id,title\nx,1\n")
    outcome = cli("update", "prices.csv")
    assert outcome.code == ExitCode.USAGE
    assert "no column beside the id can be updated" in outcome.err


def test_a_dry_run_shows_the_columns_and_updates_nothing(cli: CliRunner) -> None:
    write_prices(cli, "id,title,price,stock\na,T,5,3\nb,U,call us,0\n,V,6,1\n")
    outcome = cli("update", "prices.csv", "--dry-run", "--max-rejected", "50")
    assert outcome.code == ExitCode.OK
    assert re.search(r"│ price +│ +│ price +│ 5 | call us", outcome.out)
    assert "an update encodes nothing" in re.sub(r"[│\s]+", " ", outcome.out)
    assert re.search(r"rows with an update +│ 2", outcome.out)
    assert re.search(r"values left out +│ 1", outcome.out)
    assert 'price = "price"' in outcome.out
    assert not (cli.folder / "prices.csv.rejects.csv").exists()
    assert not (cli.folder / "var").exists()
