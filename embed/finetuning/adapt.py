"""From a feed to an encoder that knows the shop, or to a clear word why not."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from embed.adapted.folder import write_adapted
from embed.adapted.heads import ShopHeads
from embed.base_encoder import BatchEncoder
from embed.finetuning.frozen_features import Texts, photo_features
from embed.finetuning.head_weights import Questions, choose_shares
from embed.finetuning.holdout_evaluation import Examination, Judged, clearly_better
from embed.finetuning.preconditions import check_enough, check_folder, check_parts
from embed.finetuning.sampling import Material
from embed.finetuning.training_catalog import Lesson, held_back, sampled
from embed.finetuning.training_loop import SHOP_RECIPE, fit
from embed.out_of_domain import Familiarity
from embed.registry import family_of, load_encoder
from shopwindow.values.encoder import Columns, EncoderSpec, Vectors
from shopwindow.values.errors import AdaptError
from shopwindow.values.product import Product
from shopwindow.values.settings import EncoderSettings, PhotoLimits

SEED = 20261122
MAX_PRODUCTS = 20_000
HELD_BACK = 0.2
"""Share of products that are not trained on: half to choose the shares by, half to judge by."""

REACH = 1.2
"""How far the shop's own reaches; see `Familiarity.of`. Source: docs/decisions/0008-adapt.md."""

Progress = Callable[[str, int, int], None]
"""Told the stage, how many are done, and of how many."""


@dataclass(frozen=True, slots=True)
class AdaptReport:
    """What came of an adaptation.

    Attributes:
        spec: The facts about the encoder that was written.
        n_products: Products of the feed.
        n_trained: Products that were trained on.
        n_judged: Products held back whose titles were asked.
        n_without: Products that lack a photo or a title, or were not drawn from a large feed.
        n_unusable: Products whose photo cannot be used.
        before: The base encoder on the products held back.
        after: The adapted encoder on the same.
        took_s: Seconds in all.
    """

    spec: EncoderSpec
    n_products: int
    n_trained: int
    n_judged: int
    n_without: int
    n_unusable: int
    before: Judged
    after: Judged
    took_s: float


@dataclass(frozen=True, slots=True)
class _Shop:
    """The usable products as the base sees them; the questions are not trained on."""

    lessons: Sequence[Lesson]
    features: NDArray[np.float32]
    varied: NDArray[np.float32]
    vectors: Vectors
    only_photos: Columns
    texts: Texts
    trained: NDArray[np.int64]
    choosing: Questions
    judging: Questions

    def said_of(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the features of everything that may be said of some products."""
        texts = dict.fromkeys(each.text for n in rows for each in self.lessons[n].texts)
        return self.texts.features[self.texts.rows(texts)]


def adapt(  # noqa: PLR0913 -- one parameter for each choice
    base_name: str | Path,
    products: Iterable[Product],
    folder: str | Path,
    *,
    limit: int = MAX_PRODUCTS,
    photo: PhotoLimits | None = None,
    settings: EncoderSettings | None = None,
    progress: Progress | None = None,
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
        photo: Limits on the photos; the usual ones when None.
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
    check_folder(Path(folder))
    base = load_encoder(base_name, photo=photo, settings=settings)
    if not isinstance(base, BatchEncoder):
        raise AdaptError(f"{base_name}: this encoder has no towers to train heads on")
    lessons, n_products = sampled(products, limit, SEED)
    check_enough(lessons, f"of {n_products} products only {{}} have a photo and a title")
    check_parts(held_back(lessons, HELD_BACK))  # before minutes are spent on photos
    shop = _seen(base, lessons, tell)
    heads = choose_shares(_learned(shop, tell), shop.choosing, shop.vectors, shop.features)
    before, after = _judged(shop, heads)
    named = str(base_name) if family_of(base_name) else Path(base_name)
    spec = write_adapted(Path(folder), named, base.spec, heads)
    return AdaptReport(
        spec=spec,
        n_products=n_products,
        n_trained=len(shop.trained),
        n_judged=len(shop.judging.exam.rows),
        n_without=n_products - len(lessons),
        n_unusable=len(lessons) - len(shop.lessons),
        before=before,
        after=after,
        took_s=time.perf_counter() - began,
    )


def _seen(base: BatchEncoder, lessons: Sequence[Lesson], tell: Progress) -> _Shop:
    usable, features, varied = photo_features(base, lessons, SEED, partial(tell, "photos"))
    lessons = [lesson for lesson, good in zip(lessons, usable, strict=True) if good]
    check_enough(lessons, "only {} photos can be used")
    texts = Texts.of(base, (t.text for each in lessons for t in each.texts), partial(tell, "texts"))
    back = held_back(lessons, HELD_BACK)
    check_parts(back)
    unseen = np.flatnonzero(back)
    keys = np.unique([lesson.title_key for lesson in lessons], return_inverse=True)[1]
    categories = np.array([lesson.category for lesson in lessons])

    def questions(rows: NDArray[np.int64]) -> Questions:
        places = texts.rows(lessons[n].title for n in rows)
        worded = [texts.worded[place] for place in places]
        said = texts.features[places]
        exam = Examination(rows, keys, categories)
        return Questions(exam, worded, said, base.vectors_of_texts(said, worded))

    whole = features.astype(np.float32)
    return _Shop(
        lessons=lessons,
        features=whole,
        varied=varied.astype(np.float32),
        vectors=base.vectors_of_images(whole),
        only_photos=base.spec.only_photos,
        texts=texts,
        trained=np.flatnonzero(~back),
        choosing=questions(unseen[::2]),
        judging=questions(unseen[1::2]),
    )


def _learned(shop: _Shop, tell: Progress) -> ShopHeads:
    rows = shop.trained
    lessons = [shop.lessons[n] for n in rows]
    material = Material(lessons, shop.features[rows], shop.varied[rows], shop.texts)
    trained = fit(material, SHOP_RECIPE, partial(tell, "training"))
    chosen = shop.choosing.exam.rows
    photos = Familiarity.of(shop.vectors[rows], shop.vectors[chosen], REACH)
    texts = Familiarity.of(shop.said_of(rows), shop.said_of(chosen), REACH)
    only = shop.only_photos
    heads = ShopHeads(trained.image, trained.text, trained.words, photos, texts, only, 0.5, 0.5)
    # As they will be read back, in half precision.
    return ShopHeads.from_arrays(heads.as_arrays(), {"image": 0.5, "text": 0.5}, only)


def _judged(shop: _Shop, heads: ShopHeads) -> tuple[Judged, Judged]:
    asked, exam = shop.judging, shop.judging.exam
    answered = heads.text_vectors(asked.vectors, asked.features, asked.worded)
    photos = heads.image_vectors(shop.vectors, shop.features)
    ranks_before = exam.reciprocal_ranks(asked.vectors, shop.vectors)
    ranks_after = exam.reciprocal_ranks(answered, photos)
    before, after = exam.judge(ranks_before, shop.vectors), exam.judge(ranks_after, photos)
    if not clearly_better(ranks_before, ranks_after):
        raise AdaptError(
            f"nothing was written: on {len(exam.rows)} products held back the adapted encoder is "
            f"not clearly better (title to photo, mean reciprocal rank "
            f"{before.reciprocal_rank:.3f} before, {after.reciprocal_rank:.3f} after). Do titles "
            "and photos belong together? More products may help."
        )
    return before, after
