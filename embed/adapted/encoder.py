"""The encoder that `adapt` makes: a base encoder, and heads trained on a shop's feed."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from embed.adapted.heads import AdapterHeads
from embed.base_encoder import BatchEncoder
from embed.photos.reader import PhotoReader
from shopwindow.values import EncoderSpec, Vectors
from shopwindow.values.setting_groups import EncoderSettings


class AdaptedEncoder(BatchEncoder):
    """Concatenates a base encoder's vectors with adapter vectors learned from one shop.

    Args:
        spec: The spec: the base's, except for name, version and width.
        base: The encoder that was adapted; it may be an adapted one itself.
        heads: The trained heads.
        reader: Loads the photos.
        settings: Batch size.
    """

    def __init__(
        self,
        spec: EncoderSpec,
        base: BatchEncoder,
        heads: AdapterHeads,
        reader: PhotoReader,
        settings: EncoderSettings,
    ) -> None:
        super().__init__(spec, reader, settings.batch_size)
        self.base = base
        self.heads = heads

    def _encode_text_batch(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return unit rows, shape (n_texts, dim): the base's columns, then the adapter's."""
        features = self.base.extract_text_features(texts)
        vectors: Vectors = self.base.project_text_features(features, texts)
        return self.heads.project_texts(vectors, features, texts)

    def _encode_image_batch(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return unit rows, shape (n, dim), for uint8 RGB of shape (n, side, side, 3)."""
        features = self.base.extract_image_features(pixels)
        return self.heads.project_images(self.base.project_image_features(features), features)
