"""The fake encoder finds similar what the reader of a test would expect to be."""

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


def test_texts_that_share_words_are_similar() -> None:
    rows = FakeEncoder(dim=512).encode_texts(
        ["oak table", "round oak table", "oaken tables", "wool scarf"]
    )
    similarity = rows[0] @ rows.T
    assert similarity[1] > 0.7
    assert similarity[2] > similarity[3] + 0.1  # trigrams count a little
    assert similarity[3] < 0.4


def test_case_and_order_of_words_do_not_matter(encoder: FakeEncoder) -> None:
    left, right = encoder.encode_texts(["Oak TABLE", "table, oak!"])
    assert left @ right > 0.9999


@pytest.mark.parametrize("name", COLORS)
def test_color_words_find_images_of_that_color(encoder: FakeEncoder, name: str) -> None:
    images = [Image.new("RGB", (60, 40), rgb) for rgb, _ in COLORS.values()]
    image_vectors = encoder.encode_images(images)
    for text in (name, f"{name} dress", *(f"فستان {word}" for word in COLORS[name][1])):
        best = int((encoder.encode_texts([text]) @ image_vectors.T).argmax())
        assert list(COLORS)[best] == name, text


def test_white_background_does_not_outweigh_the_product(encoder: FakeEncoder) -> None:
    image = Image.new("RGB", (100, 100), (255, 255, 255))
    image.paste((30, 60, 200), (30, 30, 70, 70))
    (image_vector,) = encoder.encode_images([image])
    blue, white, red = encoder.encode_texts(["blue", "white", "red"])
    assert blue @ image_vector > max(white @ image_vector, red @ image_vector) + 0.2


def test_similar_colors_are_more_similar(encoder: FakeEncoder) -> None:
    shades = [(200, 30, 30), (215, 25, 40), (30, 60, 190)]
    rows = encoder.encode_images([Image.new("RGB", (40, 40), rgb) for rgb in shades])
    assert rows[0] @ rows[1] > 0.95
    assert rows[0] @ rows[2] < 0.5


def test_seed_and_width_change_the_space() -> None:
    plain, seeded, wide = FakeEncoder(), FakeEncoder(seed=1), FakeEncoder(dim=128)
    assert len({encoder.spec.identity for encoder in (plain, seeded, wide)}) == 3
    assert abs(plain.encode_texts(["red"])[0] @ seeded.encode_texts(["red"])[0]) < 0.9
    assert wide.encode_texts(["red"]).shape == (1, 128)


def test_vectors_are_the_same_in_another_process(encoder: FakeEncoder) -> None:
    code = (
        "from embed import FakeEncoder;"
        "print(*FakeEncoder().encode_texts(['red أحمر dress'])[0].tolist())"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    vector = np.array(run.stdout.split(), dtype=np.float32)
    assert vector == pytest.approx(encoder.encode_texts(["red أحمر dress"])[0], abs=1e-6)
