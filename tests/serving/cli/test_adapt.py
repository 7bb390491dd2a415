"""`shopwindow adapt`, as its users run it."""

import csv
from pathlib import Path

from tests.own_words import products
from tests.serving.cli.conftest import shopwindow, write_feed


def write_own_feed(folder: Path) -> None:
    with (folder / "feed.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(("id", "title", "category", "image"))
        for product in products(folder / "photos", 300):
            writer.writerow((product.id, product.title, product.category[0], product.image))


def test_an_adapted_encoder_finds_the_shops_own_words(tmp_path: Path) -> None:
    write_own_feed(tmp_path)
    adapted = shopwindow(tmp_path, "adapt", "feed.csv", "--out", "mine")
    assert adapted.code == 0, adapted.err
    assert "recall@10 of the product's photo" in adapted.out
    assert "shopwindow --encoder mine --index NEW index FEED" in adapted.err
    indexed = shopwindow(tmp_path, "--encoder", "mine", "index", "feed.csv")
    assert indexed.code == 0, indexed.err
    response = shopwindow(tmp_path, "--encoder", "mine", "search", "roseta midway", "--limit", "3")
    assert response.out.count("roseta midway") == 3
    other = shopwindow(tmp_path, "search", "roseta")  # with the encoder from before
    assert other.code == 1
    assert "fake+adapted" in other.err


def test_a_feed_with_too_few_products_is_refused(tmp_path: Path) -> None:
    write_feed(tmp_path / "feed.csv")
    refused = shopwindow(tmp_path, "adapt", "feed.csv", "--out", "mine")
    assert refused.code == 1
    assert refused.err.splitlines()[-1].startswith("error: of 12 products only 12 have a photo")
    assert not (tmp_path / "mine").exists()
    unknown = shopwindow(tmp_path, "--encoder", "no-such", "adapt", "feed.csv", "--out", "mine")
    assert "no encoder is called 'no-such'" in unknown.err
