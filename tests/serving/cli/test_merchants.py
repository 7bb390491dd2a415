"""`--merchant`: what a command writes about one merchant has nothing of another."""

import csv
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from benchmarks.two_shops import SHOPS, A, B, events, products_of, slips
from shopwindow.eventlog import EventLog
from shopwindow.serving.cli.exit_codes import ExitCode
from tests.serving.cli.conftest import Here, Outcome, shopwindow

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
    """A folder in which both shops were indexed with the real command; to be read only."""
    folder = tmp_path_factory.mktemp("two-shops")
    (folder / "photos").mkdir()
    with (folder / "feed.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(HEADER)
        for each in (p for one in SHOPS for p in products_of(one, folder / "photos")):
            facts = {**each.attributes, "category": " > ".join(each.category)}
            writer.writerow([facts.get(name) or getattr(each, name) for name in HEADER])
    with EventLog.open(folder / "events") as log:
        log.append(events())
    written(shopwindow(folder, "index", "feed.csv"))
    return folder


@pytest.fixture
def shop(both: Path, here: Here, monkeypatch: pytest.MonkeyPatch) -> Here:
    monkeypatch.setenv("SHOPWINDOW_INDEX__LOCATION", str(both / "var" / "index"))
    monkeypatch.setenv("SHOPWINDOW_EVENTS__FOLDER", str(both / "events"))
    return here


def written(done: Outcome) -> str:
    assert done.code == ExitCode.OK, done.err
    return done.out + done.err


def test_search_and_suggest(shop: Here) -> None:
    (shop.folder / "rules.toml").write_text(RULES, encoding="utf-8")
    # The table of one, the document of others: `tests/search` asks every word.
    for text, *more in (("lamp",), *((each, "--json") for each in slips(B)[::3])):
        told = written(shop("search", text, *OWN, "--rules", "rules.toml", *more))
        assert B.leaked(told) == [], text
    assert "falkoren" in written(shop("search", "Falkoreq", *OWN))
    for text, *more in (("fal",), ("zir", "--json")):
        assert B.leaked(written(shop("suggest", text, *OWN, *more))) == []
    both = written(shop("suggest", "fal", *OWN, "--merchant", B.merchant_id))
    assert "Falkorex" in both
    assert "Falkoren" in both


@pytest.mark.parametrize(
    "command",
    [
        ("similar", "zka001"), ("complements", "zka001"), ("feed", "vera"),
        ("match", "--out", "matches.csv"),
    ],
)  # fmt: skip
def test_what_is_shown_of_products(shop: Here, both: Path, command: Sequence[str]) -> None:
    photos = [str(both / "photos")] if command[0] == "match" else []
    told = written(shop(*command, *photos, *OWN))
    sheet = shop.folder / "matches.csv"
    told += sheet.read_text("utf-8-sig") if sheet.exists() else ""
    assert A.leaked(told)
    assert B.leaked(told) == []


def test_the_id_of_anothers_product_is_unknown(shop: Here) -> None:
    theirs, nobodys = (shop("similar", each, *OWN) for each in ("zkb001", "zkz001"))
    assert theirs.code == nobodys.code == ExitCode.FAILED
    assert theirs.err.replace("zkb001", "zkz001") == nobodys.err


def test_a_report_can_be_handed_over(shop: Here) -> None:
    told = written(shop("report", *OWN))
    told += (shop.folder / "report.html").read_text("utf-8")
    told += (shop.folder / "report.csv").read_text("utf-8-sig")
    document = written(shop("report", *OWN, "--json"))
    assert B.leaked(told + document) == []
    assert json.loads(document)["n_products"] == A.n_products
    everything = json.loads(written(shop("report", "--json")))
    assert everything["n_products"] == A.n_products + B.n_products
    assert B.leaked(json.dumps(everything))
