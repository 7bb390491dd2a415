"""`adapt` learns in numpy what torch learns: gradients, rates, steps, and what comes of them."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from embed import load_encoder
from embed.base_encoder import BatchEncoder
from embed.compact.projection_head import gelu
from embed.finetuning.frozen_features import Texts, photo_features
from embed.finetuning.head_gradients import gelu_slope
from embed.finetuning.optimizer import SHARPNESS_HASTE, Descent, pace_at
from embed.finetuning.sampling import Draws, Material
from embed.finetuning.trainable_heads import MAX_SHARPNESS, Batch, Scaling, ShopTowers, contrast
from embed.finetuning.training_catalog import sampled
from embed.finetuning.training_loop import SHOP_RECIPE, Trained, fit, n_passes
from tests.embed.torch_adapting import torch_fit, torch_loss, torch_towers, torch_weights
from tests.own_words import products
from tools.train_compact.optimizer import Descent as TorchDescent
from tools.train_compact.retrieval_metrics import find_equals

RELATIVE = 1e-5
"""Allowed difference of a gradient, as a share of the largest one of its array."""

RECALL_TOLERANCE = 0.05
"""Allowed difference of recall, mean of two seeds: first weights and dropout differ by chance."""

SMALL = replace(SHOP_RECIPE, hidden=24, joint_dim=16, word_dim=8, batch_size=16, epochs=2)


@pytest.fixture(scope="module")
def material(tmp_path_factory: pytest.TempPathFactory) -> Material:
    base = load_encoder("fake")
    assert isinstance(base, BatchEncoder)
    lessons, _ = sampled(products(tmp_path_factory.mktemp("shop"), 240), 240, seed=1)

    def silent(_done: int, _total: int) -> None:
        return

    _, photos, varied = photo_features(base, lessons, 1, silent)
    texts = Texts.of(base, (t.text for each in lessons for t in each.texts), silent)
    return Material(lessons, photos.astype(np.float32), varied.astype(np.float32), texts)


@pytest.fixture
def draws(material: Material) -> Draws:
    return Draws.of(material, SMALL)


def untrained(draws: Draws) -> ShopTowers:
    scalings = Scaling.of(draws.material.photos), Scaling.of(draws.material.texts.features)
    return ShopTowers.start(draws.recipe, *scalings, len(draws.vocabulary), draws.chance)


def batches(draws: Draws, n_batches: int) -> list[Batch]:
    rows = draws.order()[: draws.recipe.batch_size]
    return [draws.batch(rows) for _ in range(n_batches)]


def assert_equal(
    ours: dict[str, np.ndarray], theirs: dict[str, np.ndarray], relative: float
) -> None:
    assert ours.keys() == theirs.keys()
    for name, expected in theirs.items():
        assert ours[name].shape == expected.shape, name
        assert ours[name].dtype == np.float32, name
        np.testing.assert_allclose(
            ours[name], expected, rtol=0, atol=relative * np.abs(expected).max(), err_msg=name
        )


@pytest.mark.parametrize("is_wild", [False, True], ids=["usual features", "cut features"])
def test_loss_and_gradients_are_torchs(draws: Draws, is_wild: bool) -> None:
    ours = untrained(draws)
    theirs = torch_towers(SMALL, ours)
    (batch,) = batches(draws, 1)
    if is_wild:  # beyond what the heads take, where the gradient ends
        ours.words[1:] *= 100
        theirs = torch_towers(SMALL, ours)
        batch = replace(batch, photos=20 * batch.photos)
    loss = torch_loss(theirs, batch)
    loss.backward()  # type: ignore[no-untyped-call]
    found, gradients = ours.gradients(batch)
    assert found == pytest.approx(loss.item(), rel=RELATIVE)
    assert_equal(dict(gradients), torch_weights(theirs, gradients=True), RELATIVE)
    assert np.count_nonzero(gradients["words"]) > 0
    assert not gradients["words"][0].any()


def test_sharpness_ends_where_it_is_unstable(draws: Draws) -> None:
    ours = untrained(draws)
    (batch,) = batches(draws, 1)
    ours.sharpness[:] = np.log(MAX_SHARPNESS) + 1
    loss, gradients = ours.gradients(batch)
    assert loss == pytest.approx(torch_loss(torch_towers(SMALL, ours), batch).item(), rel=RELATIVE)
    assert gradients["sharpness"] == 0


def test_every_step_has_the_pace_of_torch() -> None:
    for n_steps in (20, 150, 937):
        parameter = torch.nn.Parameter(torch.zeros(1))
        optimizer = torch.optim.AdamW([parameter], lr=1.0)
        schedule = torch.optim.lr_scheduler.OneCycleLR(
            optimizer, 1.0, total_steps=n_steps + 1, pct_start=0.1
        )
        for step in range(n_steps):
            (group,) = optimizer.param_groups
            pace = pace_at(step, n_steps)
            assert pace.rate == pytest.approx(group["lr"], rel=1e-9)
            assert pace.momentum == pytest.approx(group["betas"][0], rel=1e-9)
            optimizer.step()
            schedule.step()


def test_forty_steps_lead_to_the_weights_of_torch(draws: Draws) -> None:
    ours = untrained(draws)
    theirs = torch_towers(SMALL, ours)
    mine, torchs = Descent(ours, SMALL, 40), TorchDescent(theirs, SMALL, 40)
    start = ours.copy().weights()
    for batch in batches(draws, 40):
        torchs.step(torch_loss(theirs, batch))
        mine.step(ours.gradients(batch)[1])
    assert_equal(ours.weights(), torch_weights(theirs), 1e-3)
    assert_equal(mine.averaged.weights(), torch_weights(torchs.averaged), 1e-3)
    assert all(np.abs(ours.weights()[name] - start[name]).max() > 1e-3 for name in start)
    assert SHARPNESS_HASTE == 5


def recall_of(trained: Trained, material: Material) -> float:
    """Return the share of titles that find their photo among the first ten, without any gate."""
    titles = [lesson.title for lesson in material.lessons]
    rows = material.texts.rows(titles)
    worded = trained.words.features([material.texts.worded[row] for row in rows])
    texts = trained.text.project(
        np.concatenate([material.texts.features[rows], worded], axis=1, dtype=np.float32)
    )
    keys = [lesson.title_key for lesson in material.lessons]
    return find_equals(texts, trained.image.project(material.varied), keys, keys).recall


@pytest.mark.slow
def test_what_is_learned_finds_as_much(material: Material) -> None:
    def silent(_done: int, _total: int) -> None:
        return

    recalls: dict[str, list[float]] = {"numpy": [], "torch": []}
    for seed in (1, 2):
        recipe = replace(SHOP_RECIPE, seed=seed, hidden=96, batch_size=128)
        recalls["numpy"].append(recall_of(fit(material, recipe, silent), material))
        recalls["torch"].append(recall_of(torch_fit(material, recipe), material))
    ours, theirs = np.mean(recalls["numpy"]), np.mean(recalls["torch"])
    assert ours == pytest.approx(theirs, abs=RECALL_TOLERANCE), recalls
    assert ours > 0.3


def test_the_slopes_are_those_of_differences() -> None:
    x = np.linspace(-6, 6, 241, dtype=np.float32)
    step = 1e-2
    expected = (gelu(x + np.float32(step)) - gelu(x - np.float32(step))) / (2 * step)
    np.testing.assert_allclose(gelu_slope(x), expected, atol=2e-3)
    rng = np.random.default_rng(1)
    similarity = rng.normal(size=(4, 4)).astype(np.float32)
    matches = np.eye(4, dtype=np.float32)
    matches[0, 1] = 1
    _, slope = contrast(similarity, matches)
    for place in np.ndindex(4, 4):
        nudge = np.zeros((4, 4), dtype=np.float32)
        nudge[place] = step
        rise = contrast(similarity + nudge, matches)[0] - contrast(similarity - nudge, matches)[0]
        assert slope[place] == pytest.approx(rise / (2 * step), abs=1e-3)


def test_passes_of_small_and_large_shops() -> None:
    assert n_passes(100, SHOP_RECIPE) == (1, 100, 150)
    assert n_passes(2304, SHOP_RECIPE) == (4, 512, 38)
    assert n_passes(16_000, SHOP_RECIPE) == (31, 512, 30)
