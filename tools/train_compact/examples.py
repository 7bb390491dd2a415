"""Sample training batches: photos, a matching text for each, and which texts match which photos."""

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
"""Words of one text whose embeddings are summed in training; at inference there is no limit."""


@dataclass(frozen=True, slots=True)
class TextBatch:
    """One text for each product of a batch.

    Attributes:
        sentence_vectors: The texts' sentence vectors, shape (n, SENTENCE_DIM).
        word_ids: Row + 1 of the texts' words, 0 for padding, shape (n, MAX_EXAMPLE_WORDS).
        targets: 1 where the text of the row matches the photo of the column, shape (n, n).
    """

    sentence_vectors: Tensor
    word_ids: Tensor
    targets: Tensor


class CaptionBatchSampler:
    """Samples titles and attribute captions of products.

    Args:
        photos: Every product.
        train: Rows of those that are trained on; only their words get embeddings.
        cache: Encodes the texts.
        hyperparameters: Rates of titles and of Arabic captions.

    Attributes:
        vocabulary: Row of each word that has an embedding.
    """

    def __init__(
        self,
        photos: Sequence[LabeledProduct],
        train: Sequence[int],
        cache: FeatureCache,
        hyperparameters: Hyperparameters,
    ) -> None:
        self._hyperparameters = hyperparameters
        self._captions = [generate_captions(photo) for photo in photos]
        texts = {photo.title for photo in photos}
        texts.update(caption.text for captions in self._captions for caption in captions)
        self._row_by_text = {text: row for row, text in enumerate(sorted(texts))}
        sorted_texts = list(self._row_by_text)
        self._sentence_vectors = torch.from_numpy(cache.get_text_features(sorted_texts))
        words_by_product = (self._collect_words(photos[n], self._captions[n]) for n in train)
        self.vocabulary = build_vocabulary(words_by_product, hyperparameters.min_word_count)
        self._word_ids = torch.from_numpy(
            build_word_ids(sorted_texts, self.vocabulary, split_words, MAX_EXAMPLE_WORDS)
        )
        self._titles = [photo.title for photo in photos]
        self._title_codes = _encode_labels([photo.title_key for photo in photos])
        labels = [[photo.color, photo.product_type, photo.audience] for photo in photos]
        self._labels = torch.stack(
            [_encode_labels(column) for column in zip(*labels, strict=True)], dim=1
        )  # (n_products, 3)

    def sample_batch(self, rows: Sequence[int], rng: np.random.Generator) -> TextBatch:
        """Sample a text for each product: its title, or a caption of its attributes.

        Args:
            rows: Rows of the products.
            rng: The random generator.

        Returns:
            One text for each product, in their order.
        """
        uses_title = rng.random(len(rows)) < self._hyperparameters.title_rate
        captions = [self._sample_caption(self._captions[row], rng) for row in rows]
        text_rows = [
            self._row_by_text[self._titles[row] if by_title else caption.text]
            for row, by_title, caption in zip(rows, uses_title, captions, strict=True)
        ]
        is_named = torch.tensor([[bool(c.color), True, bool(c.audience)] for c in captions])
        labels = self._labels[list(rows)]  # (n, 3)
        is_same = labels[:, None] == labels[None]  # (n, n, 3)
        matches_caption = (is_same | ~is_named[:, None]).all(dim=-1)  # (n, n)
        titles = self._title_codes[list(rows)]
        matches_title = titles[:, None] == titles[None]  # (n, n)
        targets = torch.where(torch.from_numpy(uses_title)[:, None], matches_title, matches_caption)
        return TextBatch(
            self._sentence_vectors[text_rows], self._word_ids[text_rows], targets.float()
        )

    def get_titles(self, rows: Sequence[int]) -> tuple[NDArray[np.float32], list[str]]:
        """Return sentence vectors, shape (n, SENTENCE_DIM), of some products' different titles."""
        titles = sorted({self._titles[row] for row in rows})
        vectors = self._sentence_vectors[[self._row_by_text[title] for title in titles]]
        return vectors.float().numpy(), titles

    def get_sentence_vectors(self, rows: Sequence[int]) -> NDArray[np.float32]:
        """Return the sentence vectors of some products' titles and captions, as many of each.

        Returns:
            Shape (n_texts, SENTENCE_DIM).
        """
        titles = sorted({self._titles[row] for row in rows})
        captions = sorted({caption.text for row in rows for caption in self._captions[row]})
        n = min(len(titles), len(captions))
        texts = [*titles[:: len(titles) // n], *captions[:: len(captions) // n]]
        return self._sentence_vectors[[self._row_by_text[text] for text in texts]].float().numpy()

    @staticmethod
    def _collect_words(photo: LabeledProduct, captions: Sequence[Caption]) -> set[str]:
        return {
            word
            for text in (photo.title, *(caption.text for caption in captions))
            for word in split_words(text)
        }

    def _sample_caption(self, captions: Sequence[Caption], rng: np.random.Generator) -> Caption:
        is_arabic = rng.random() < self._hyperparameters.arabic_rate
        candidates = [c for c in captions if c.text.isascii() != is_arabic] or captions
        with_color = [caption for caption in candidates if caption.color]
        candidates = with_color if with_color and rng.random() < 0.85 else candidates
        return candidates[int(rng.integers(len(candidates)))]


def _encode_labels(values: Sequence[str]) -> Tensor:
    return torch.from_numpy(np.unique(np.array(values), return_inverse=True)[1])
