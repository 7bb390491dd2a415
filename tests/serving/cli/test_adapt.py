"""`shopwindow adapt`, as its users run it."""

import csv
from pathlib import Path

from tests.own_words import products
from tests.serving.cli.conftest import shopwindow, write_feed


def write_own_feed(folder: Path) -> None:
    with (folder / "feed.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(("id", "title", "category", "image"))
        for each in products(folder / "photos", 300):
            writer.writerow((each.id, each.title, each.category[0], each.image))


def test_a_shop_is_learned_and_found(tmp_path: Path) -> None:
    write_own_feed(tmp_path)
    learned = shopwindow(tmp_path, "adapt", "feed.csv", "--out", "mine")
    assert learned.code == 0, learned.err
    assert "photo among the first ten" in learned.out
    assert "shopwindow --encoder mine --index NEW index FEED" in learned.err
    indexed = shopwindow(tmp_path, "--encoder", "mine", "index", "feed.csv")
    assert indexed.code == 0, indexed.err
    found = shopwindow(tmp_path, "--encoder", "mine", "search", "roseta midway", "--limit", "3")
    assert found.out.count("roseta midway") == 3
    other = shopwindow(tmp_path, "search", "roseta")  # with the encoder of before
    assert other.code == 1
    assert "fake+adapted" in other.err


def test_too_small_a_feed_is_refused(tmp_path: Path) -> None:
    write_feed(tmp_path / "feed.csv")
    refused = shopwindow(tmp_path, "adapt", "feed.csv", "--out", "mine")
    assert refused.code == 1
    assert refused.err.splitlines()[-1].startswith("error: of 12 products only 12 have a photo")
    assert not (tmp_path / "mine").exists()
    unknown = shopwindow(tmp_path, "--encoder", "no-such", "adapt", "feed.csv", "--out", "mine")
    assert "no encoder is called 'no-such'" in unknown.err
