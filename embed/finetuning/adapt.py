"""Adapt an encoder to a shop's feed, or say why it cannot be done."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from embed.adapted.folder import save_adapted_encoder
from embed.adapted.heads import AdapterHeads
from embed.base_encoder import BatchEncoder
from embed.finetuning.frozen_features import TextFeatures, extract_example_features
from embed.finetuning.head_weights import HoldoutQueries, select_adapter_weights
from embed.finetuning.holdout_evaluation import (
    AdaptationMetrics,
    HoldoutEvaluator,
    is_significantly_better,
)
from embed.finetuning.preconditions import (
    check_dataset_size,
    check_holdout_size,
    check_output_folder,
)
from embed.finetuning.sampling import TrainingData
from embed.finetuning.training_catalog import TrainingExample, sample_examples, select_holdout
from embed.finetuning.training_loop import ADAPTER_HYPERPARAMETERS, train_adapter
from embed.out_of_domain import DomainDetector
from embed.registry import find_family, load_encoder
from shopwindow.values import DimRange, EncoderSpec, Product, Vectors
from shopwindow.values.errors import AdaptationError
from shopwindow.values.setting_groups import EncoderSettings, PhotoLimits

SEED = 20261122
MAX_PRODUCTS = 20_000
HOLDOUT_FRACTION = 0.2
"""Share of products that are held out: half to select the adapter weights, half to evaluate."""

DOMAIN_MARGIN = 1.2
"""Margin of `DomainDetector.fit`. Source: docs/decisions/0008-adapt.md."""

StageProgress = Callable[[str, int, int], None]
"""Called with the stage, how many steps are done, and of how many."""


@dataclass(frozen=True, slots=True)
class AdaptReport:
    """The result of an adaptation.

    Attributes:
        spec: The spec of the adapted encoder.
        n_products: Products in the feed.
        n_trained: Products that were trained on.
        n_evaluated: Held-out products whose titles were the evaluation queries.
        n_skipped: Products that lack a photo or a title, or were not sampled from a large feed.
        n_unreadable: Products whose photo cannot be used.
        before: Metrics of the base encoder on the held-out products.
        after: Metrics of the adapted encoder on the same.
        elapsed_s: Total seconds.
    """

    spec: EncoderSpec
    n_products: int
    n_trained: int
    n_evaluated: int
    n_skipped: int
    n_unreadable: int
    before: AdaptationMetrics
    after: AdaptationMetrics
    elapsed_s: float


@dataclass(frozen=True, slots=True)
class _PreparedData:
    """The usable products with the base's features, split into training and held-out rows.

    Attributes:
        examples: The products.
        features: Features of their photos, shape (n, width).
        augmented_features: Features of augmented copies of the photos, shape (n, width).
        vectors: The base's vectors of the photos, shape (n, base dim).
        image_only_dims: Columns of the base's vectors that are zero in texts.
        texts: Features of all their texts.
        training_rows: Rows that are trained on, shape (n_trained,).
        validation: Held-out queries that select the adapter weights.
        test: Held-out queries that evaluate the result.
    """

    examples: Sequence[TrainingExample]
    features: NDArray[np.float32]
    augmented_features: NDArray[np.float32]
    vectors: Vectors
    image_only_dims: DimRange
    texts: TextFeatures
    training_rows: NDArray[np.int64]
    validation: HoldoutQueries
    test: HoldoutQueries

    def get_text_features(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the features of all different texts of some products, shape (n_texts, width)."""
        texts = dict.fromkeys(text.text for row in rows for text in self.examples[row].texts)
        return self.texts.features[self.texts.find_rows(texts)]


def adapt_encoder(  # noqa: PLR0913 -- one parameter for each choice
    base_name: str | Path,
    products: Iterable[Product],
    folder: str | Path,
    *,
    limit: int = MAX_PRODUCTS,
    photo_limits: PhotoLimits | None = None,
    settings: EncoderSettings | None = None,
    progress: StageProgress | None = None,
) -> AdaptReport:
    """Train heads on a shop's products and write an encoder that `load_encoder(folder)` takes.

    The base's towers stay frozen. The result is evaluated on held-out products, with all their
    duplicates by title or variant group; it is written only when their titles find their photos
    significantly better than before.

    Args:
        base_name: Name or folder of the encoder to start from, as `load_encoder` takes it.
        products: The shop's products; they are read once.
        folder: Where the encoder is written; created when missing.
        limit: Most products to train on; a larger feed is sampled at random.
        photo_limits: Limits on the photos; the defaults when None.
        settings: Precision, threads and batch size of the base; the defaults when None.
        progress: Called with the progress of each stage.

    Returns:
        Counts, and the metrics before and after.

    Raises:
        AdaptationError: There is too little to train on, or the result is not better.
        EncoderError: The base cannot be loaded.
    """
    report_progress = progress or (lambda _stage, _done, _total: None)
    start = time.perf_counter()
    check_output_folder(Path(folder))
    base = load_encoder(base_name, photo_limits=photo_limits, settings=settings)
    if not isinstance(base, BatchEncoder):
        raise AdaptationError(f"{base_name}: this encoder has no towers to train heads on")
    examples, n_products = sample_examples(products, limit, SEED)
    check_dataset_size(examples, f"of {n_products} products only {{}} have a photo and a title")
    # Before minutes are spent on photos.
    check_holdout_size(select_holdout(examples, HOLDOUT_FRACTION))
    data = _prepare_data(base, examples, report_progress)
    heads = _train_heads(data, report_progress)
    heads = select_adapter_weights(heads, data.validation, data.vectors, data.features)
    before, after = _evaluate_heads(data, heads)
    base_or_folder = str(base_name) if find_family(base_name) else Path(base_name)
    spec = save_adapted_encoder(Path(folder), base_or_folder, base.spec, heads)
    return AdaptReport(
        spec=spec,
        n_products=n_products,
        n_trained=len(data.training_rows),
        n_evaluated=len(data.test.evaluator.query_rows),
        n_skipped=n_products - len(examples),
        n_unreadable=len(examples) - len(data.examples),
        before=before,
        after=after,
        elapsed_s=time.perf_counter() - start,
    )


def _prepare_data(
    base: BatchEncoder, examples: Sequence[TrainingExample], report_progress: StageProgress
) -> _PreparedData:
    is_usable, features, augmented_features = extract_example_features(
        base, examples, SEED, partial(report_progress, "photos")
    )
    examples = [example for example, usable in zip(examples, is_usable, strict=True) if usable]
    check_dataset_size(examples, "only {} photos can be used")
    texts = TextFeatures.extract(
        base,
        (text.text for example in examples for text in example.texts),
        partial(report_progress, "texts"),
    )
    is_held_out = select_holdout(examples, HOLDOUT_FRACTION)
    check_holdout_size(is_held_out)
    holdout_rows = np.flatnonzero(is_held_out)
    keys = np.unique([example.title_key for example in examples], return_inverse=True)[1]
    categories = np.array([example.category for example in examples])

    def build_queries(rows: NDArray[np.int64]) -> HoldoutQueries:
        """Return the queries of held-out products, given their rows, shape (n_queries,)."""
        text_rows = texts.find_rows(examples[row].title for row in rows)
        prompted_texts = [texts.prompted_texts[row] for row in text_rows]
        text_features = texts.features[text_rows]
        return HoldoutQueries(
            HoldoutEvaluator(rows, keys, categories),
            prompted_texts,
            text_features,
            base.project_text_features(text_features, prompted_texts),
        )

    image_features = features.astype(np.float32)
    return _PreparedData(
        examples=examples,
        features=image_features,
        augmented_features=augmented_features.astype(np.float32),
        vectors=base.project_image_features(image_features),
        image_only_dims=base.spec.image_only_dims,
        texts=texts,
        training_rows=np.flatnonzero(~is_held_out),
        validation=build_queries(holdout_rows[::2]),
        test=build_queries(holdout_rows[1::2]),
    )


def _train_heads(data: _PreparedData, report_progress: StageProgress) -> AdapterHeads:
    rows, validation_rows = data.training_rows, data.validation.evaluator.query_rows
    training_data = TrainingData(
        [data.examples[row] for row in rows],
        data.features[rows],
        data.augmented_features[rows],
        data.texts,
    )
    on_step = partial(report_progress, "training")
    trained = train_adapter(training_data, ADAPTER_HYPERPARAMETERS, on_step)
    heads = AdapterHeads(
        image_head=trained.image_head,
        text_head=trained.text_head,
        word_embeddings=trained.word_embeddings,
        image_domain=DomainDetector.fit(
            data.vectors[rows], data.vectors[validation_rows], DOMAIN_MARGIN
        ),
        text_domain=DomainDetector.fit(
            data.get_text_features(rows), data.get_text_features(validation_rows), DOMAIN_MARGIN
        ),
        image_only_dims=data.image_only_dims,
        image_adapter_weight=0.5,
        text_adapter_weight=0.5,
    )
    # Through the stored arrays, so that they are selected and evaluated in half precision.
    adapter_weights = {"image": 0.5, "text": 0.5}
    return AdapterHeads.from_arrays(heads.as_arrays(), adapter_weights, data.image_only_dims)


def _evaluate_heads(
    data: _PreparedData, heads: AdapterHeads
) -> tuple[AdaptationMetrics, AdaptationMetrics]:
    """Return the metrics of the base and of the adapted encoder on the held-out test queries.

    Raises:
        AdaptationError: The adapted encoder is not significantly better.
    """
    queries, evaluator = data.test, data.test.evaluator
    texts = heads.project_texts(queries.vectors, queries.features, queries.prompted_texts)
    photos = heads.project_images(data.vectors, data.features)
    ranks_before = evaluator.compute_reciprocal_ranks(queries.vectors, data.vectors)
    ranks_after = evaluator.compute_reciprocal_ranks(texts, photos)
    before = evaluator.evaluate(ranks_before, data.vectors)
    after = evaluator.evaluate(ranks_after, photos)
    if not is_significantly_better(ranks_before, ranks_after):
        raise AdaptationError(
            f"nothing was written: on {len(evaluator.query_rows)} held-out products the adapted "
            "encoder is not significantly better (title to photo, mean reciprocal rank "
            f"{before.mrr:.3f} before, {after.mrr:.3f} after). Do titles and photos belong "
            "together? More products may help."
        )
    return before, after
