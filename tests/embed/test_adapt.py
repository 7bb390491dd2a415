"""Adaptation to a shop: what it gains, what it must not lose, and what it rejects."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from embed import load_encoder
from embed.adapted.encoder import AdaptedEncoder
from embed.adapted.folder import WEIGHTS_FILE
from embed.encoder_config import ENCODER_CONFIG_FILE
from embed.finetuning import AdaptReport, adapt_encoder
from embed.finetuning.head_weights import is_regression
from embed.finetuning.holdout_evaluation import is_significantly_better
from embed.finetuning.sampling import _build_targets
from embed.finetuning.training_catalog import (
    ProductText,
    TrainingExample,
    sample_examples,
    select_holdout,
)
from shopwindow.values import Product
from shopwindow.values.arrays import l2_normalize
from shopwindow.values.errors import AdaptationError, EncoderError, EncoderUnavailableError
from shopwindow.values.translation import Translation
from tests.own_words import products


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> list[Product]:
    return products(tmp_path_factory.mktemp("shop"), 300)


@pytest.fixture(scope="module")
def adapted(
    shop: list[Product], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, AdaptReport]:
    folder = tmp_path_factory.mktemp("adapted") / "shop"
    return folder, adapt_encoder("fake", shop, folder)


def compute_recall(encoder_name: str | Path, shop: list[Product]) -> float:
    """Return the share of titles, of a hue and a place, whose first photo shows both."""
    encoder = load_encoder(encoder_name)
    texts = encoder.encode_texts([" ".join(product.title.split()[:2]) for product in shop])
    best = (texts @ encoder.encode_images([product.image for product in shop]).T).argmax(axis=1)
    labels = [product.title.split()[:2] for product in shop]
    return float(np.mean([labels[row] == labels[first] for row, first in enumerate(best)]))


def test_words_of_the_shop_find_its_photos(
    adapted: tuple[Path, AdaptReport], tmp_path: Path
) -> None:
    folder, report = adapted
    unseen = products(tmp_path / "unseen", 60, first=1000)
    assert compute_recall("fake", unseen) < 0.1
    assert compute_recall(folder, unseen) > 0.3  # from 0.35 to 0.65, by the seed
    assert report.after.mrr > 2 * report.before.mrr
    assert report.n_products == 300
    assert report.n_trained + 2 * report.n_evaluated == pytest.approx(300, abs=1)


def test_the_folder_loads_like_any_other_encoder(
    adapted: tuple[Path, AdaptReport], shop: list[Product]
) -> None:
    folder, report = adapted
    encoder, base = load_encoder(folder), load_encoder("fake")
    assert encoder.spec == report.spec
    assert encoder.spec.identity != base.spec.identity
    texts = ["vermio zenith", "", "أحمر", "a word never seen"]
    rows = encoder.encode_texts(texts)
    assert rows.shape == (4, encoder.dim)
    assert encoder.dim == base.dim + 128
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1.0, atol=1e-5)
    single = np.concatenate([encoder.encode_texts([text]) for text in texts])
    np.testing.assert_allclose(rows, single, atol=1e-5)
    images = encoder.encode_images([product.image for product in shop[:3]])
    np.testing.assert_allclose(np.linalg.norm(images, axis=1), 1.0, atol=1e-5)


@pytest.mark.parametrize("family", ["open_clip", "siglip"])
def test_any_encoder_can_be_adapted(
    family: str, model_names: Callable[[str], str], shop: list[Product], tmp_path: Path
) -> None:
    name = model_names(family)
    report = adapt_encoder(name, shop, tmp_path / "out")
    assert report.after.mrr > report.before.mrr
    assert load_encoder(tmp_path / "out").dim == load_encoder(name).dim + 128


def test_an_out_of_domain_photo_keeps_its_vector(adapted: tuple[Path, AdaptReport]) -> None:
    encoder = load_encoder(adapted[0])
    assert isinstance(encoder, AdaptedEncoder)
    rng = np.random.default_rng(5)
    noise = [Image.fromarray(rng.integers(0, 256, (32, 32, 3), dtype=np.uint8)) for _ in range(3)]
    rows = encoder.encode_images(noise)
    adapter_vectors = rows[:, encoder.base.dim :]
    assert np.abs(adapter_vectors).max() < 1e-6
    np.testing.assert_allclose(
        rows[:, : encoder.base.dim], encoder.base.encode_images(noise), atol=1e-5
    )


def test_an_out_of_domain_text_ranks_photos_in_the_order_of_the_base(
    adapted: tuple[Path, AdaptReport],
) -> None:
    encoder = load_encoder(adapted[0])
    assert isinstance(encoder, AdaptedEncoder)
    base, dim = encoder.base.dim, encoder.heads.dim
    heads = replace(encoder.heads, image_only_dims=(base - 20, base))
    rng = np.random.default_rng(5)
    photos = l2_normalize(rng.normal(size=(9, base)))
    weights = np.linspace(0.0, 0.4, 9).astype(np.float32)
    rows = heads.combine_image_vectors(
        photos, l2_normalize(rng.normal(size=(9, dim))), weights, 0.4
    )
    text = rng.normal(size=base)
    text[base - 20 :] = 0
    np.testing.assert_allclose(rows[:, :base] @ text, 0.6**0.5 * photos @ text, atol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-6)
    np.testing.assert_allclose(np.square(rows[:, base:]).sum(axis=1), weights, atol=1e-6)


def test_an_out_of_domain_text_keeps_its_vector(adapted: tuple[Path, AdaptReport]) -> None:
    encoder = load_encoder(adapted[0])
    assert isinstance(encoder, AdaptedEncoder)
    rows = encoder.encode_texts(["vermio zenith", "how do I return a parcel to your warehouse"])
    adapter_norms = np.linalg.norm(rows[:, encoder.base.dim :], axis=1)
    assert adapter_norms[0] > 0.25
    assert adapter_norms[1] < 1e-6


def test_an_adapted_encoder_can_be_adapted_again(
    adapted: tuple[Path, AdaptReport], tmp_path: Path, shop: list[Product]
) -> None:
    first = tmp_path / "first"
    shutil.copytree(adapted[0], first)
    renamed = [
        replace(product, title=" ".join(f"x{word}" for word in product.title.split()))
        for product in shop
    ]
    adapt_encoder(first, renamed, tmp_path / "second")
    shutil.rmtree(first)  # the second is self-contained
    second = load_encoder(tmp_path / "second")
    assert second.dim == load_encoder("fake").dim + 2 * 128
    assert second.spec.name == "fake+adapted"


def test_a_folder_of_the_same_name_is_not_the_base(
    shop: list[Product],
    adapted: tuple[Path, AdaptReport],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shutil.copytree(adapted[0], tmp_path / "fake")
    monkeypatch.chdir(tmp_path)
    adapt_encoder("fake", shop, "by-name")
    assert load_encoder("by-name").dim == load_encoder("fake").dim + 128
    assert not (tmp_path / "by-name" / "base").exists()


def test_mismatched_photos_are_rejected(shop: list[Product], tmp_path: Path) -> None:
    images = [product.image for product in shop]
    order = np.random.default_rng(1).permutation(len(shop))
    shuffled = [replace(product, image=images[n]) for product, n in zip(shop, order, strict=True)]
    with pytest.raises(AdaptationError, match=r"nothing was written: on .* not significantly"):
        adapt_encoder("fake", shuffled, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_too_little_to_learn_from(shop: list[Product], tmp_path: Path) -> None:
    out = tmp_path / "out"
    with pytest.raises(AdaptationError, match=r"of 199 products only 199 have .*200 are needed"):
        adapt_encoder("fake", shop[:199], out)
    without_photos = [replace(product, image="") for product in shop]
    with pytest.raises(AdaptationError, match="of 300 products only 0 have a photo"):
        adapt_encoder("fake", without_photos, out)
    same_title = [replace(product, title="Product") for product in shop]
    with pytest.raises(AdaptationError, match="1 different titles"):
        adapt_encoder("fake", same_title, out)
    same_group = [replace(product, group_id="all") for product in shop]
    with pytest.raises(AdaptationError, match="Do all products have one group_id"):
        adapt_encoder("fake", same_group, out)
    missing_files = [replace(product, image=f"{product.image}.gone") for product in shop]
    with pytest.raises(AdaptationError, match="only 0 photos can be used"):
        adapt_encoder("fake", missing_files, out)
    assert not out.exists()


def test_unusable_photos_are_counted(shop: list[Product], tmp_path: Path) -> None:
    broken = [replace(product, image=f"{product.image}.gone") for product in shop[:5]]
    report = adapt_encoder(
        "fake", [*broken, *shop[5:], Product("bare", "no photo")], tmp_path / "out"
    )
    assert (report.n_unreadable, report.n_skipped, report.n_products) == (5, 1, 301)


def test_no_folder_is_overwritten(
    adapted: tuple[Path, AdaptReport], shop: list[Product], tmp_path: Path
) -> None:
    with pytest.raises(AdaptationError, match="holds an encoder, which an index may need"):
        adapt_encoder("fake", shop, adapted[0])
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(AdaptationError, match="is not empty"):
        adapt_encoder("fake", shop, tmp_path)
    with pytest.raises(AdaptationError, match="is a file"):
        adapt_encoder("fake", shop, tmp_path / "notes.txt")


@pytest.fixture
def adapted_copy(adapted: tuple[Path, AdaptReport], tmp_path: Path) -> Path:
    folder = tmp_path / "copied"
    shutil.copytree(adapted[0], folder)
    return folder


def test_changed_weights_are_rejected(adapted_copy: Path) -> None:
    data = bytearray((adapted_copy / WEIGHTS_FILE).read_bytes())
    data[-1] ^= 1
    (adapted_copy / WEIGHTS_FILE).write_bytes(bytes(data))
    with pytest.raises(EncoderError, match=r"not those of encoder\.json"):
        load_encoder(adapted_copy)
    (adapted_copy / WEIGHTS_FILE).unlink()
    with pytest.raises(EncoderUnavailableError, match="is missing"):
        load_encoder(adapted_copy)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"format": 0}, "expected format 2, got 0"),
        ({"shares": {"image": 0.1}}, "a key is missing"),
        ({"shares": {"image": 0.9, "text": 0.9}}, "not those of"),
        ({"family": "other"}, "expected family 'compact', got 'other'"),
    ],
)
def test_changed_config_is_rejected(
    adapted_copy: Path, change: dict[str, object], reason: str
) -> None:
    config = json.loads((adapted_copy / ENCODER_CONFIG_FILE).read_text())
    (adapted_copy / ENCODER_CONFIG_FILE).write_text(json.dumps({**config, **change}))
    with pytest.raises(EncoderError, match=reason):
        load_encoder(adapted_copy)


def test_another_base_is_rejected(adapted_copy: Path) -> None:
    config = json.loads((adapted_copy / ENCODER_CONFIG_FILE).read_text())
    config["base_spec"]["version"] = "another"
    (adapted_copy / ENCODER_CONFIG_FILE).write_text(json.dumps(config))
    with pytest.raises(EncoderError, match="it was adapted from fake@another"):
        load_encoder(adapted_copy)


TITLES_AND_GROUPS = st.lists(
    st.tuples(st.sampled_from("abcdefgh"), st.sampled_from(["", "x", "y", "z"]))
)


@given(TITLES_AND_GROUPS)
def test_products_of_one_title_or_group_stay_together(pairs: list[tuple[str, str]]) -> None:
    examples = [
        TrainingExample(str(n), "i", title, (), "", group) for n, (title, group) in enumerate(pairs)
    ]
    is_held_out = select_holdout(examples, 0.5)
    for left, left_held_out in zip(examples, is_held_out, strict=True):
        for right, right_held_out in zip(examples, is_held_out, strict=True):
            if left.title == right.title or (left.group_id and left.group_id == right.group_id):
                assert left_held_out == right_held_out


def test_holdout_has_about_the_requested_fraction() -> None:
    examples = [TrainingExample(str(n), "i", f"title {n}", (), "", "") for n in range(5000)]
    assert select_holdout(examples, 0.2).mean() == pytest.approx(0.2, abs=0.02)


def test_a_large_feed_is_sampled_uniformly() -> None:
    feed = [Product(str(n), f"title {n}", image="i.png") for n in range(2000)]
    examples, n_products = sample_examples(iter(feed), 200, seed=1)
    numbers = [int(example.id) for example in examples]
    assert n_products == 2000
    assert len(set(numbers)) == 200
    assert numbers == sorted(numbers)
    assert np.mean(numbers) == pytest.approx(1000, abs=150)
    assert len(sample_examples(iter(feed), 5000, seed=1)[0]) == 2000


def test_texts_of_a_training_example() -> None:
    product = Product(
        "1",
        "Oak  Table",
        image="i.png",
        translations={"ar": Translation("طاولة")},
        brand="Noor",
        category=("Home", "Tables"),
        attributes={"color": "brown"},
    )
    example = TrainingExample.from_product(product)
    assert example is not None
    match_keys = {text.text: text.match_key for text in example.texts}
    assert match_keys["Oak  Table"] == "oak table"
    assert match_keys["طاولة"] == "طاولة"
    assert match_keys["brown Noor Tables"] == "brown noor tables"
    assert TrainingExample.from_product(replace(product, image="")) is None
    assert TrainingExample.from_product(Product("2", image="i.png")) is None


def test_targets_mark_every_product_that_a_text_matches() -> None:
    match_keys = [frozenset({"a", "blue"}), frozenset({"b", "blue"}), frozenset({"a"})]
    texts = [ProductText("A", "a"), ProductText("Blue", "blue"), ProductText("a", "a")]
    np.testing.assert_array_equal(
        _build_targets(match_keys, texts), [[1, 0, 1], [1, 1, 0], [1, 0, 1]]
    )


def test_a_gain_within_chance_is_not_significant() -> None:
    before = np.zeros(50)
    assert is_significantly_better(before.tolist(), (before + 0.1).tolist())
    noise = np.where(np.arange(50) % 2, 1.0, -0.9)
    assert not is_significantly_better(before.tolist(), noise.tolist())
    assert not is_significantly_better([0.0], [1.0])


def test_one_neighbour_lost_by_chance_is_no_regression() -> None:
    before = np.linspace(0.2, 1.0, 25)
    assert not is_regression(before, before - 0.2 * (np.arange(25) == 3))
    assert is_regression(before, before - np.where(np.arange(25) % 2, 0.1, 0.0))
    assert not is_regression(before, before + 0.1)
