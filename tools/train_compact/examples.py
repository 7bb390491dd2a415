"""Training examples: a photo, a text that is true of it, and of which others it is true too."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from embed.compact.word_embeddings import split_words
from embed.finetuning.hyperparameters import Hyperparameters
from embed.finetuning.word_ids import build_vocabulary, build_word_ids
from tools.train_compact.captions import Caption, generate_captions
from tools.train_compact.datasets import LabeledProduct
from tools.train_compact.feature_cache import FeatureCache

MAX_EXAMPLE_WORDS = 16
"""Words of one text that get a row while training; serving adds up all of them."""


@dataclass(frozen=True, slots=True)
class TextBatch:
    """Some products with one text each.

    Attributes:
        sentence_vectors: The texts' vectors, shape (n, 512).
        word_ids: The texts' words, shape (n, MAX_WORDS).
        targets: 1 where the text of the row is true of the photo of the column, shape (n, n).
    """

    sentence_vectors: Tensor
    word_ids: Tensor
    targets: Tensor


class CaptionBatchSampler:
    """Texts of all products, ready to draw batches from.

    Args:
        photos: Every product.
        train: Row numbers of those that are trained on; only their words get rows.
        cache: Encodes the texts.
        hyperparameters: How often which kind of text is drawn.
    """

    def __init__(
        self,
        photos: Sequence[LabeledProduct],
        train: Sequence[int],
        cache: FeatureCache,
        hyperparameters: Hyperparameters,
    ) -> None:
        self._recipe = hyperparameters
        self._captions = [generate_captions(photo) for photo in photos]
        texts = {photo.title for photo in photos}
        texts.update(each.text for some in self._captions for each in some)
        self._place = {text: n for n, text in enumerate(sorted(texts))}
        ordered = list(self._place)
        self._meanings = torch.from_numpy(cache.get_text_features(ordered))
        used = (self._words_of(photos[n], self._captions[n]) for n in train)
        self.vocabulary = build_vocabulary(used, hyperparameters.min_word_count)
        self._words = torch.from_numpy(
            build_word_ids(ordered, self.vocabulary, split_words, MAX_EXAMPLE_WORDS)
        )
        self._titles = [photo.title for photo in photos]
        self._title_codes = _codes([photo.title_key for photo in photos])
        labels = [[each.color, each.product_type, each.audience] for each in photos]
        self._labels = torch.stack([_codes(column) for column in zip(*labels, strict=True)], dim=1)

    def sample_batch(self, rows: Sequence[int], rng: np.random.Generator) -> TextBatch:
        """Choose a text for each product: its title, or a caption of its attributes.

        Args:
            rows: Row numbers of the products.
            rng: The source of chance.

        Returns:
            One text for each product, in their order.
        """
        by_title = rng.random(len(rows)) < self._recipe.title_rate
        chosen = [self._draw_caption(self._captions[n], rng) for n in rows]
        pairs = zip(rows, by_title, chosen, strict=True)
        places = [self._place[self._titles[n] if own else each.text] for n, own, each in pairs]
        named = torch.tensor([[bool(c.color), True, bool(c.audience)] for c in chosen])  # (n, 3)
        labels = self._labels[list(rows)]  # (n, 3)
        same = labels[:, None] == labels[None]  # (n, n, 3)
        described = (same | ~named[:, None]).all(dim=-1)  # (n, n)
        titles = self._title_codes[list(rows)]
        entitled = titles[:, None] == titles[None]  # (n, n)
        matches = torch.where(torch.from_numpy(by_title)[:, None], entitled, described)
        return TextBatch(self._meanings[places], self._words[places], matches.float())

    def get_titles(self, rows: Sequence[int]) -> tuple[NDArray[np.float32], list[str]]:
        """Return the different titles of some products, and their vectors, shape (n, 512)."""
        found = sorted({self._titles[n] for n in rows})
        meanings = self._meanings[[self._place[title] for title in found]]
        return meanings.float().numpy(), found

    def get_sentence_vectors(self, rows: Sequence[int]) -> NDArray[np.float32]:
        """Return the sentence encoder's vectors of all that may be said of some products.

        Returns:
            Shape (n_texts, 512): half of them titles, half captions.
        """
        titles = sorted({self._titles[n] for n in rows})
        captions = sorted({each.text for n in rows for each in self._captions[n]})
        n = min(len(titles), len(captions))
        texts = [*titles[:: len(titles) // n], *captions[:: len(captions) // n]]
        return self._meanings[[self._place[text] for text in texts]].float().numpy()

    @staticmethod
    def _words_of(photo: LabeledProduct, captions: Sequence[Caption]) -> set[str]:
        return {
            word
            for text in (photo.title, *(c.text for c in captions))
            for word in split_words(text)
        }

    def _draw_caption(self, captions: Sequence[Caption], rng: np.random.Generator) -> Caption:
        arabic = rng.random() < self._recipe.arabic_rate
        fitting = [each for each in captions if each.text.isascii() != arabic] or captions
        full = [each for each in fitting if each.color]
        fitting = full if full and rng.random() < 0.85 else fitting
        return fitting[int(rng.integers(len(fitting)))]


def _codes(values: Sequence[str]) -> Tensor:
    return torch.from_numpy(np.unique(np.array(values), return_inverse=True)[1])
