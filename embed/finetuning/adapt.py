"""From a feed to an encoder that knows the shop, or to a clear word why not."""

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
from shopwindow.values.encoder import DimRange, EncoderSpec, Vectors
from shopwindow.values.errors import AdaptationError
from shopwindow.values.product import Product
from shopwindow.values.settings import EncoderSettings, PhotoLimits

SEED = 20261122
MAX_PRODUCTS = 20_000
HOLDOUT_FRACTION = 0.2
"""Share of products that are not trained on: half to choose the shares by, half to judge by."""

DOMAIN_MARGIN = 1.2
"""How far the shop's own reaches; see `DomainDetector.fit`. Source: docs/decisions/0008-adapt.md."""

StageProgress = Callable[[str, int, int], None]
"""Told the stage, how many are done, and of how many."""


@dataclass(frozen=True, slots=True)
class AdaptReport:
    """What came of an adaptation.

    Attributes:
        spec: The facts about the encoder that was written.
        n_products: Products of the feed.
        n_trained: Products that were trained on.
        n_evaluated: Products held back whose titles were asked.
        n_skipped: Products that lack a photo or a title, or were not drawn from a large feed.
        n_unreadable: Products whose photo cannot be used.
        before: The base encoder on the products held back.
        after: The adapted encoder on the same.
        elapsed_s: Seconds in all.
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
class _Shop:
    """The usable products as the base sees them; the questions are not trained on."""

    lessons: Sequence[TrainingExample]
    features: NDArray[np.float32]
    varied: NDArray[np.float32]
    vectors: Vectors
    only_photos: DimRange
    texts: TextFeatures
    trained: NDArray[np.int64]
    choosing: HoldoutQueries
    judging: HoldoutQueries

    def said_of(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the features of everything that may be said of some products."""
        texts = dict.fromkeys(each.text for n in rows for each in self.lessons[n].texts)
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

    The base's towers stay as they are. Products held back, with all their twins by title or
    variant group, judge the result; it is written only when their titles find their photos
    clearly better than before.

    Args:
        base_name: Name or folder of the encoder to start from, as `load_encoder` takes it.
        products: The shop's products; they are read once.
        folder: Where the encoder goes; made when missing.
        limit: Most products that are learned from; of a larger feed they are drawn by chance.
        photo_limits: Limits on the photos; the usual ones when None.
        settings: How the base runs; the usual ones when None.
        progress: Told how far it is.

    Returns:
        Counts, and the measures before and after.

    Raises:
        AdaptError: There is too little to learn from, or what was learned is no better.
        EncoderError: The base cannot be loaded.
    """
    tell = progress or (lambda _stage, _done, _total: None)
    began = time.perf_counter()
    check_output_folder(Path(folder))
    base = load_encoder(base_name, photo_limits=photo_limits, settings=settings)
    if not isinstance(base, BatchEncoder):
        raise AdaptationError(f"{base_name}: this encoder has no towers to train heads on")
    lessons, n_products = sample_examples(products, limit, SEED)
    check_dataset_size(lessons, f"of {n_products} products only {{}} have a photo and a title")
    check_holdout_size(
        select_holdout(lessons, HOLDOUT_FRACTION)
    )  # before minutes are spent on photos
    shop = _seen(base, lessons, tell)
    heads = select_adapter_weights(_learned(shop, tell), shop.choosing, shop.vectors, shop.features)
    before, after = _judged(shop, heads)
    named = str(base_name) if find_family(base_name) else Path(base_name)
    spec = save_adapted_encoder(Path(folder), named, base.spec, heads)
    return AdaptReport(
        spec=spec,
        n_products=n_products,
        n_trained=len(shop.trained),
        n_evaluated=len(shop.judging.evaluator.query_rows),
        n_skipped=n_products - len(lessons),
        n_unreadable=len(lessons) - len(shop.lessons),
        before=before,
        after=after,
        elapsed_s=time.perf_counter() - began,
    )


def _seen(base: BatchEncoder, lessons: Sequence[TrainingExample], tell: StageProgress) -> _Shop:
    usable, features, varied = extract_example_features(
        base, lessons, SEED, partial(tell, "photos")
    )
    lessons = [lesson for lesson, good in zip(lessons, usable, strict=True) if good]
    check_dataset_size(lessons, "only {} photos can be used")
    texts = TextFeatures.extract(
        base, (t.text for each in lessons for t in each.texts), partial(tell, "texts")
    )
    back = select_holdout(lessons, HOLDOUT_FRACTION)
    check_holdout_size(back)
    unseen = np.flatnonzero(back)
    keys = np.unique([lesson.title_key for lesson in lessons], return_inverse=True)[1]
    categories = np.array([lesson.category for lesson in lessons])

    def questions(rows: NDArray[np.int64]) -> HoldoutQueries:
        places = texts.find_rows(lessons[n].title for n in rows)
        worded = [texts.prompted_texts[place] for place in places]
        said = texts.features[places]
        exam = HoldoutEvaluator(rows, keys, categories)
        return HoldoutQueries(exam, worded, said, base.project_text_features(said, worded))

    whole = features.astype(np.float32)
    return _Shop(
        lessons=lessons,
        features=whole,
        varied=varied.astype(np.float32),
        vectors=base.project_image_features(whole),
        only_photos=base.spec.image_only_dims,
        texts=texts,
        trained=np.flatnonzero(~back),
        choosing=questions(unseen[::2]),
        judging=questions(unseen[1::2]),
    )


def _learned(shop: _Shop, tell: StageProgress) -> AdapterHeads:
    rows = shop.trained
    lessons = [shop.lessons[n] for n in rows]
    material = TrainingData(lessons, shop.features[rows], shop.varied[rows], shop.texts)
    trained = train_adapter(material, ADAPTER_HYPERPARAMETERS, partial(tell, "training"))
    chosen = shop.choosing.evaluator.query_rows
    photos = DomainDetector.fit(shop.vectors[rows], shop.vectors[chosen], DOMAIN_MARGIN)
    texts = DomainDetector.fit(shop.said_of(rows), shop.said_of(chosen), DOMAIN_MARGIN)
    only = shop.only_photos
    heads = AdapterHeads(
        trained.image_head,
        trained.text_head,
        trained.word_embeddings,
        photos,
        texts,
        only,
        0.5,
        0.5,
    )
    # As they will be read back, in half precision.
    return AdapterHeads.from_arrays(heads.as_arrays(), {"image": 0.5, "text": 0.5}, only)


def _judged(shop: _Shop, heads: AdapterHeads) -> tuple[AdaptationMetrics, AdaptationMetrics]:
    asked, exam = shop.judging, shop.judging.evaluator
    answered = heads.project_texts(asked.vectors, asked.features, asked.prompted_texts)
    photos = heads.project_images(shop.vectors, shop.features)
    ranks_before = exam.compute_reciprocal_ranks(asked.vectors, shop.vectors)
    ranks_after = exam.compute_reciprocal_ranks(answered, photos)
    before, after = exam.evaluate(ranks_before, shop.vectors), exam.evaluate(ranks_after, photos)
    if not is_significantly_better(ranks_before, ranks_after):
        raise AdaptationError(
            f"nothing was written: on {len(exam.query_rows)} products held back the adapted encoder is "
            f"not clearly better (title to photo, mean reciprocal rank "
            f"{before.mrr:.3f} before, {after.mrr:.3f} after). Do titles "
            "and photos belong together? More products may help."
        )
    return before, after
