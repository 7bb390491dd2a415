"""The encoder for tests is near where a reader of a test would expect it."""

import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from embed import FakeEncoder
from embed.fake_encoder import COLORS


@pytest.fixture(scope="module")
def encoder() -> FakeEncoder:
    return FakeEncoder()


def test_texts_that_share_words_are_near() -> None:
    rows = FakeEncoder(dim=512).encode_texts(
        ["oak table", "round oak table", "oaken tables", "wool scarf"]
    )
    likeness = rows[0] @ rows.T
    assert likeness[1] > 0.7
    assert likeness[2] > likeness[3] + 0.1  # parts of words count a little
    assert likeness[3] < 0.4


def test_case_and_order_of_words_do_not_matter(encoder: FakeEncoder) -> None:
    left, right = encoder.encode_texts(["Oak TABLE", "table, oak!"])
    assert left @ right > 0.9999


@pytest.mark.parametrize("name", COLORS)
def test_colour_words_find_pictures_of_that_colour(encoder: FakeEncoder, name: str) -> None:
    pictures = [Image.new("RGB", (60, 40), rgb) for rgb, _ in COLORS.values()]
    images = encoder.encode_images(pictures)
    for text in (name, f"{name} dress", *(f"فستان {word}" for word in COLORS[name][1])):
        best = int((encoder.encode_texts([text]) @ images.T).argmax())
        assert list(COLORS)[best] == name, text


def test_a_thing_on_white_has_its_own_colour(encoder: FakeEncoder) -> None:
    picture = Image.new("RGB", (100, 100), (255, 255, 255))
    picture.paste((30, 60, 200), (30, 30, 70, 70))
    (image,) = encoder.encode_images([picture])
    blue, white, red = encoder.encode_texts(["blue", "white", "red"])
    assert blue @ image > max(white @ image, red @ image) + 0.2


def test_like_pictures_are_nearer_than_unlike_ones(encoder: FakeEncoder) -> None:
    shades = [(200, 30, 30), (215, 25, 40), (30, 60, 190)]
    rows = encoder.encode_images([Image.new("RGB", (40, 40), rgb) for rgb in shades])
    assert rows[0] @ rows[1] > 0.95
    assert rows[0] @ rows[2] < 0.5


def test_seed_and_width_make_another_space() -> None:
    plain, seeded, wide = FakeEncoder(), FakeEncoder(seed=1), FakeEncoder(dim=128)
    assert len({each.spec.identity for each in (plain, seeded, wide)}) == 3
    assert abs(plain.encode_texts(["red"])[0] @ seeded.encode_texts(["red"])[0]) < 0.9
    assert wide.encode_texts(["red"]).shape == (1, 128)


def test_vectors_are_the_same_in_another_process(encoder: FakeEncoder) -> None:
    code = (
        "from embed import FakeEncoder;"
        "print(*FakeEncoder().encode_texts(['red أحمر dress'])[0].tolist())"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    there = np.array(run.stdout.split(), dtype=np.float32)
    assert there == pytest.approx(encoder.encode_texts(["red أحمر dress"])[0], abs=1e-6)
