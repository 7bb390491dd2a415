"""`adapt` learns in numpy what torch learns: gradients, rates, steps, and what comes of them."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from embed import load_encoder
from embed.base_encoder import BatchEncoder
from embed.compact.projection_head import gelu
from embed.finetuning.frozen_features import TextFeatures, extract_example_features
from embed.finetuning.head_gradients import gelu_derivative
from embed.finetuning.optimizer import (
    LOGIT_SCALE_LR_MULTIPLIER,
    NumpyOptimizer,
    compute_one_cycle_step,
)
from embed.finetuning.retrieval_metrics import evaluate_title_retrieval
from embed.finetuning.sampling import AdapterBatchSampler, TrainingData
from embed.finetuning.trainable_heads import (
    MAX_LOGIT_SCALE,
    AdapterTowers,
    ContrastiveBatch,
    FeatureScaler,
    contrastive_loss_and_gradient,
)
from embed.finetuning.training_catalog import sample_examples
from embed.finetuning.training_loop import (
    ADAPTER_HYPERPARAMETERS,
    TrainedAdapter,
    plan_epochs,
    train_adapter,
)
from tests.embed.torch_adapting import torch_fit, torch_loss, torch_towers, torch_weights
from tests.own_words import products
from tools.train_compact.optimizer import TorchOptimizer as TorchDescent

RELATIVE = 1e-5
"""Allowed difference of a gradient, as a share of the largest one of its array."""

RECALL_TOLERANCE = 0.05
"""Allowed difference of recall, mean of two seeds: first weights and dropout differ by chance."""

SMALL = replace(
    ADAPTER_HYPERPARAMETERS, hidden_dim=24, joint_dim=16, word_dim=8, batch_size=16, epochs=2
)


@pytest.fixture(scope="module")
def material(tmp_path_factory: pytest.TempPathFactory) -> TrainingData:
    base = load_encoder("fake")
    assert isinstance(base, BatchEncoder)
    lessons, _ = sample_examples(products(tmp_path_factory.mktemp("shop"), 240), 240, seed=1)

    def silent(_done: int, _total: int) -> None:
        return

    _, photos, varied = extract_example_features(base, lessons, 1, silent)
    texts = TextFeatures.extract(base, (t.text for each in lessons for t in each.texts), silent)
    return TrainingData(lessons, photos.astype(np.float32), varied.astype(np.float32), texts)


@pytest.fixture
def draws(material: TrainingData) -> AdapterBatchSampler:
    return AdapterBatchSampler.create(material, SMALL)


def untrained(draws: AdapterBatchSampler) -> AdapterTowers:
    scalings = (
        FeatureScaler.fit(draws.data.image_features),
        FeatureScaler.fit(draws.data.texts.features),
    )
    return AdapterTowers.initialize(
        draws.hyperparameters, *scalings, len(draws.vocabulary), draws.dropout_rng
    )


def batches(draws: AdapterBatchSampler, n_batches: int) -> list[ContrastiveBatch]:
    rows = draws.shuffle_rows()[: draws.hyperparameters.batch_size]
    return [draws.sample_batch(rows) for _ in range(n_batches)]


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
def test_loss_and_gradients_are_torchs(draws: AdapterBatchSampler, is_wild: bool) -> None:
    ours = untrained(draws)
    theirs = torch_towers(SMALL, ours)
    (batch,) = batches(draws, 1)
    if is_wild:  # beyond what the heads take, where the gradient ends
        ours.word_embeddings[1:] *= 100
        theirs = torch_towers(SMALL, ours)
        batch = replace(batch, image_features=20 * batch.image_features)
    loss = torch_loss(theirs, batch)
    loss.backward()  # type: ignore[no-untyped-call]
    found, gradients = ours.compute_gradients(batch)
    assert found == pytest.approx(loss.item(), rel=RELATIVE)
    assert_equal(dict(gradients), torch_weights(theirs, gradients=True), RELATIVE)
    assert np.count_nonzero(gradients["words"]) > 0
    assert not gradients["words"][0].any()


def test_sharpness_ends_where_it_is_unstable(draws: AdapterBatchSampler) -> None:
    ours = untrained(draws)
    (batch,) = batches(draws, 1)
    ours.logit_scale[:] = np.log(MAX_LOGIT_SCALE) + 1
    loss, gradients = ours.compute_gradients(batch)
    assert loss == pytest.approx(torch_loss(torch_towers(SMALL, ours), batch).item(), rel=RELATIVE)
    assert gradients["logit_scale"] == 0


def test_every_step_has_the_pace_of_torch() -> None:
    for n_steps in (20, 150, 937):
        parameter = torch.nn.Parameter(torch.zeros(1))
        optimizer = torch.optim.AdamW([parameter], lr=1.0)
        schedule = torch.optim.lr_scheduler.OneCycleLR(
            optimizer, 1.0, total_steps=n_steps + 1, pct_start=0.1
        )
        for step in range(n_steps):
            (group,) = optimizer.param_groups
            pace = compute_one_cycle_step(step, n_steps)
            assert pace.lr_factor == pytest.approx(group["lr"], rel=1e-9)
            assert pace.momentum == pytest.approx(group["betas"][0], rel=1e-9)
            optimizer.step()
            schedule.step()


def test_forty_steps_lead_to_the_weights_of_torch(draws: AdapterBatchSampler) -> None:
    ours = untrained(draws)
    theirs = torch_towers(SMALL, ours)
    mine, torchs = NumpyOptimizer(ours, SMALL, 40), TorchDescent(theirs, SMALL, 40)
    start = ours.copy().get_parameters()
    for batch in batches(draws, 40):
        torchs.step(torch_loss(theirs, batch))
        mine.step(ours.compute_gradients(batch)[1])
    assert_equal(ours.get_parameters(), torch_weights(theirs), 1e-3)
    assert_equal(mine.ema_towers.get_parameters(), torch_weights(torchs.ema_towers), 1e-3)
    assert all(np.abs(ours.get_parameters()[name] - start[name]).max() > 1e-3 for name in start)
    assert LOGIT_SCALE_LR_MULTIPLIER == 5


def recall_of(trained: TrainedAdapter, material: TrainingData) -> float:
    """Return the share of titles that find their photo among the first ten, without any gate."""
    titles = [lesson.title for lesson in material.examples]
    rows = material.texts.find_rows(titles)
    worded = trained.word_embeddings.embed_texts(
        [material.texts.prompted_texts[row] for row in rows]
    )
    texts = trained.text_head.project(
        np.concatenate([material.texts.features[rows], worded], axis=1, dtype=np.float32)
    )
    keys = [lesson.title_key for lesson in material.examples]
    return evaluate_title_retrieval(
        texts, trained.image_head.project(material.augmented_features), keys, keys
    ).recall_at_10


@pytest.mark.slow
def test_what_is_learned_finds_as_much(material: TrainingData) -> None:
    def silent(_done: int, _total: int) -> None:
        return

    recalls: dict[str, list[float]] = {"numpy": [], "torch": []}
    for seed in (1, 2):
        recipe = replace(ADAPTER_HYPERPARAMETERS, seed=seed, hidden_dim=96, batch_size=128)
        recalls["numpy"].append(recall_of(train_adapter(material, recipe, silent), material))
        recalls["torch"].append(recall_of(torch_fit(material, recipe), material))
    ours, theirs = np.mean(recalls["numpy"]), np.mean(recalls["torch"])
    assert ours == pytest.approx(theirs, abs=RECALL_TOLERANCE), recalls
    assert ours > 0.3


def test_the_slopes_are_those_of_differences() -> None:
    x = np.linspace(-6, 6, 241, dtype=np.float32)
    step = 1e-2
    expected = (gelu(x + np.float32(step)) - gelu(x - np.float32(step))) / (2 * step)
    np.testing.assert_allclose(gelu_derivative(x), expected, atol=2e-3)
    rng = np.random.default_rng(1)
    similarity = rng.normal(size=(4, 4)).astype(np.float32)
    matches = np.eye(4, dtype=np.float32)
    matches[0, 1] = 1
    _, slope = contrastive_loss_and_gradient(similarity, matches)
    for place in np.ndindex(4, 4):
        nudge = np.zeros((4, 4), dtype=np.float32)
        nudge[place] = step
        rise = (
            contrastive_loss_and_gradient(similarity + nudge, matches)[0]
            - contrastive_loss_and_gradient(similarity - nudge, matches)[0]
        )
        assert slope[place] == pytest.approx(rise / (2 * step), abs=1e-3)


def test_passes_of_small_and_large_shops() -> None:
    assert plan_epochs(100, ADAPTER_HYPERPARAMETERS) == (1, 100, 150)
    assert plan_epochs(2304, ADAPTER_HYPERPARAMETERS) == (4, 512, 38)
    assert plan_epochs(16_000, ADAPTER_HYPERPARAMETERS) == (31, 512, 30)
