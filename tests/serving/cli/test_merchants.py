"""`--merchant`: what a command prints for one merchant has nothing of another."""

import csv
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from benchmarks.two_shops import SHOPS, A, B, events, products_of, slips
from shopwindow.eventlog import EventLog
from shopwindow.serving.cli.exit_codes import ExitCode
from tests.serving.cli.conftest import CliRunner, Outcome, shopwindow

HEADER = ("id", "title", "description", "brand", "category", "color", "material", "image",
          "merchant_id", "price", "currency")  # fmt: skip
OWN = ("--merchant", A.merchant_id)
RULES = """
[[rule]]
name = "pin Zirmadoxes"
pin = ["zkb001"]

[[rule]]
name = "Falkorex first"
boost = { brand = "Falkorex" }

[[rule]]
name = "pin Quolbanders"
query = "lamp"
pin = ["zka004"]
"""


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which both shops were indexed with the real command; tests must not change it."""
    folder = tmp_path_factory.mktemp("two-shops")
    (folder / "photos").mkdir()
    with (folder / "feed.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(HEADER)
        for product in (
            product for shop in SHOPS for product in products_of(shop, folder / "photos")
        ):
            values = {**product.attributes, "category": " > ".join(product.category)}
            writer.writerow([values.get(name) or getattr(product, name) for name in HEADER])
    with EventLog.open(folder / "events") as log:
        log.append(events())
    check_output(shopwindow(folder, "index", "feed.csv"))
    return folder


@pytest.fixture
def shop(both: Path, cli: CliRunner, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.setenv("SHOPWINDOW_INDEX__LOCATION", str(both / "var" / "index"))
    monkeypatch.setenv("SHOPWINDOW_EVENTS__FOLDER", str(both / "events"))
    return cli


def check_output(outcome: Outcome) -> str:
    assert outcome.code == ExitCode.OK, outcome.err
    return outcome.out + outcome.err


def test_search_and_suggest(shop: CliRunner) -> None:
    (shop.folder / "rules.toml").write_text(RULES, encoding="utf-8")
    # A table for one text, JSON for some others: `tests/search` covers every text.
    for text, *more in (("lamp",), *((word, "--json") for word in slips(B)[::3])):
        output = check_output(shop("search", text, *OWN, "--rules", "rules.toml", *more))
        assert B.leaked(output) == [], text
    assert "falkoren" in check_output(shop("search", "Falkoreq", *OWN))
    for text, *more in (("fal",), ("zir", "--json")):
        assert B.leaked(check_output(shop("suggest", text, *OWN, *more))) == []
    both = check_output(shop("suggest", "fal", *OWN, "--merchant", B.merchant_id))
    assert "Falkorex" in both
    assert "Falkoren" in both


@pytest.mark.parametrize(
    "command",
    [
        ("similar", "zka001"), ("complements", "zka001"), ("recommend", "vera"),
        ("match", "--out", "matches.csv"),
    ],
)  # fmt: skip
def test_commands_show_products_of_one_merchant_only(
    shop: CliRunner, both: Path, command: Sequence[str]
) -> None:
    photos = [str(both / "photos")] if command[0] == "match" else []
    output = check_output(shop(*command, *photos, *OWN))
    sheet = shop.folder / "matches.csv"
    output += sheet.read_text("utf-8-sig") if sheet.exists() else ""
    assert A.leaked(output)
    assert B.leaked(output) == []


def test_the_id_of_another_merchants_product_is_unknown(shop: CliRunner) -> None:
    foreign, unknown = (shop("similar", product_id, *OWN) for product_id in ("zkb001", "zkz001"))
    assert foreign.code == unknown.code == ExitCode.FAILED
    assert foreign.err.replace("zkb001", "zkz001") == unknown.err


def test_an_audit_can_be_handed_to_the_merchant(shop: CliRunner) -> None:
    output = check_output(shop("audit", *OWN))
    output += (shop.folder / "audit.html").read_text("utf-8")
    output += (shop.folder / "audit.csv").read_text("utf-8-sig")
    document = check_output(shop("audit", *OWN, "--json"))
    assert B.leaked(output + document) == []
    assert json.loads(document)["n_products"] == A.n_products
    everything = json.loads(check_output(shop("audit", "--json")))
    assert everything["n_products"] == A.n_products + B.n_products
    assert B.leaked(json.dumps(everything))
