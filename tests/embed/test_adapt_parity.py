"""Training in numpy agrees with torch: gradients, schedule, steps, and resulting recall."""

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
from tests.embed.torch_reference import (
    build_torch_towers,
    collect_torch_parameters,
    compute_torch_loss,
    train_with_torch,
)
from tests.own_words import products
from tools.train_compact.optimizer import TorchOptimizer

RELATIVE_TOLERANCE = 1e-5
"""Allowed difference of a gradient, as a share of the largest one of its array."""

RECALL_TOLERANCE = 0.05
"""Allowed difference of recall, mean of two seeds: initial weights and dropout differ."""

SMALL = replace(
    ADAPTER_HYPERPARAMETERS, hidden_dim=24, joint_dim=16, word_dim=8, batch_size=16, epochs=2
)


@pytest.fixture(scope="module")
def training_data(tmp_path_factory: pytest.TempPathFactory) -> TrainingData:
    base = load_encoder("fake")
    assert isinstance(base, BatchEncoder)
    examples, _ = sample_examples(products(tmp_path_factory.mktemp("shop"), 240), 240, seed=1)

    def ignore(_done: int, _total: int) -> None:
        return

    _, photos, augmented = extract_example_features(base, examples, 1, ignore)
    all_texts = (text.text for example in examples for text in example.texts)
    texts = TextFeatures.extract(base, all_texts, ignore)
    return TrainingData(examples, photos.astype(np.float32), augmented.astype(np.float32), texts)


@pytest.fixture
def sampler(training_data: TrainingData) -> AdapterBatchSampler:
    return AdapterBatchSampler.create(training_data, SMALL)


def initialize_towers(sampler: AdapterBatchSampler) -> AdapterTowers:
    return AdapterTowers.initialize(
        sampler.hyperparameters,
        FeatureScaler.fit(sampler.data.image_features),
        FeatureScaler.fit(sampler.data.texts.features),
        len(sampler.vocabulary),
        sampler.dropout_rng,
    )


def sample_batches(sampler: AdapterBatchSampler, n_batches: int) -> list[ContrastiveBatch]:
    rows = sampler.shuffle_rows()[: sampler.hyperparameters.batch_size]
    return [sampler.sample_batch(rows) for _ in range(n_batches)]


def assert_arrays_close(
    ours: dict[str, np.ndarray], theirs: dict[str, np.ndarray], relative: float
) -> None:
    assert ours.keys() == theirs.keys()
    for name, expected in theirs.items():
        assert ours[name].shape == expected.shape, name
        assert ours[name].dtype == np.float32, name
        np.testing.assert_allclose(
            ours[name], expected, rtol=0, atol=relative * np.abs(expected).max(), err_msg=name
        )


@pytest.mark.parametrize("has_outliers", [False, True], ids=["usual features", "clipped features"])
def test_loss_and_gradients_agree_with_torch(
    sampler: AdapterBatchSampler, has_outliers: bool
) -> None:
    ours = initialize_towers(sampler)
    theirs = build_torch_towers(SMALL, ours)
    (batch,) = sample_batches(sampler, 1)
    if has_outliers:  # beyond MAX_DEVIATION, where the gradient is zero
        ours.word_embeddings[1:] *= 100
        theirs = build_torch_towers(SMALL, ours)
        batch = replace(batch, image_features=20 * batch.image_features)
    loss = compute_torch_loss(theirs, batch)
    loss.backward()  # type: ignore[no-untyped-call]
    our_loss, gradients = ours.compute_gradients(batch)
    assert our_loss == pytest.approx(loss.item(), rel=RELATIVE_TOLERANCE)
    assert_arrays_close(
        dict(gradients), collect_torch_parameters(theirs, gradients=True), RELATIVE_TOLERANCE
    )
    assert np.count_nonzero(gradients["words"]) > 0
    assert not gradients["words"][0].any()


def test_clamped_logit_scale_has_no_gradient(sampler: AdapterBatchSampler) -> None:
    ours = initialize_towers(sampler)
    (batch,) = sample_batches(sampler, 1)
    ours.logit_scale[:] = np.log(MAX_LOGIT_SCALE) + 1
    loss, gradients = ours.compute_gradients(batch)
    assert loss == pytest.approx(
        compute_torch_loss(build_torch_towers(SMALL, ours), batch).item(), rel=RELATIVE_TOLERANCE
    )
    assert gradients["logit_scale"] == 0


def test_schedule_agrees_with_torch() -> None:
    for n_steps in (20, 150, 937):
        parameter = torch.nn.Parameter(torch.zeros(1))
        optimizer = torch.optim.AdamW([parameter], lr=1.0)
        schedule = torch.optim.lr_scheduler.OneCycleLR(
            optimizer, 1.0, total_steps=n_steps + 1, pct_start=0.1
        )
        for step in range(n_steps):
            (group,) = optimizer.param_groups
            our_step = compute_one_cycle_step(step, n_steps)
            assert our_step.lr_factor == pytest.approx(group["lr"], rel=1e-9)
            assert our_step.momentum == pytest.approx(group["betas"][0], rel=1e-9)
            optimizer.step()
            schedule.step()


def test_weights_after_forty_steps_agree_with_torch(sampler: AdapterBatchSampler) -> None:
    ours = initialize_towers(sampler)
    theirs = build_torch_towers(SMALL, ours)
    our_optimizer, torch_optimizer = (
        NumpyOptimizer(ours, SMALL, 40),
        TorchOptimizer(theirs, SMALL, 40),
    )
    start = ours.copy().get_parameters()
    for batch in sample_batches(sampler, 40):
        torch_optimizer.step(compute_torch_loss(theirs, batch))
        our_optimizer.step(ours.compute_gradients(batch)[1])
    assert_arrays_close(ours.get_parameters(), collect_torch_parameters(theirs), 1e-3)
    assert_arrays_close(
        our_optimizer.ema_towers.get_parameters(),
        collect_torch_parameters(torch_optimizer.ema_towers),
        1e-3,
    )
    assert all(np.abs(ours.get_parameters()[name] - start[name]).max() > 1e-3 for name in start)
    assert LOGIT_SCALE_LR_MULTIPLIER == 5


def compute_recall(trained: TrainedAdapter, training_data: TrainingData) -> float:
    """Return the share of titles that find their photo among the first ten, by the heads alone."""
    titles = [example.title for example in training_data.examples]
    rows = training_data.texts.find_rows(titles)
    word_sums = trained.word_embeddings.embed_texts(
        [training_data.texts.prompted_texts[row] for row in rows]
    )
    texts = trained.text_head.project(
        np.concatenate([training_data.texts.features[rows], word_sums], axis=1, dtype=np.float32)
    )
    keys = [example.title_key for example in training_data.examples]
    return evaluate_title_retrieval(
        texts, trained.image_head.project(training_data.augmented_features), keys, keys
    ).recall_at_10


@pytest.mark.slow
def test_recall_agrees_with_torch(training_data: TrainingData) -> None:
    def ignore(_done: int, _total: int) -> None:
        return

    recalls: dict[str, list[float]] = {"numpy": [], "torch": []}
    for seed in (1, 2):
        hyperparameters = replace(ADAPTER_HYPERPARAMETERS, seed=seed, hidden_dim=96, batch_size=128)
        recalls["numpy"].append(
            compute_recall(train_adapter(training_data, hyperparameters, ignore), training_data)
        )
        recalls["torch"].append(
            compute_recall(train_with_torch(training_data, hyperparameters), training_data)
        )
    ours, theirs = np.mean(recalls["numpy"]), np.mean(recalls["torch"])
    assert ours == pytest.approx(theirs, abs=RECALL_TOLERANCE), recalls
    assert ours > 0.3


def test_gradients_agree_with_finite_differences() -> None:
    x = np.linspace(-6, 6, 241, dtype=np.float32)
    step = 1e-2
    expected = (gelu(x + np.float32(step)) - gelu(x - np.float32(step))) / (2 * step)
    np.testing.assert_allclose(gelu_derivative(x), expected, atol=2e-3)
    rng = np.random.default_rng(1)
    similarity = rng.normal(size=(4, 4)).astype(np.float32)
    targets = np.eye(4, dtype=np.float32)
    targets[0, 1] = 1
    _, gradient = contrastive_loss_and_gradient(similarity, targets)
    for index in np.ndindex(4, 4):
        offset = np.zeros((4, 4), dtype=np.float32)
        offset[index] = step
        difference = (
            contrastive_loss_and_gradient(similarity + offset, targets)[0]
            - contrastive_loss_and_gradient(similarity - offset, targets)[0]
        )
        assert gradient[index] == pytest.approx(difference / (2 * step), abs=1e-3)


def test_small_shops_get_more_epochs() -> None:
    assert plan_epochs(100, ADAPTER_HYPERPARAMETERS) == (1, 100, 150)
    assert plan_epochs(2304, ADAPTER_HYPERPARAMETERS) == (4, 512, 38)
    assert plan_epochs(16_000, ADAPTER_HYPERPARAMETERS) == (31, 512, 30)
