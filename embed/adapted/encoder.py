"""An encoder that learned a shop: a base encoder, and heads that `adapt` trained on a feed."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from embed.adapted.heads import AdapterHeads
from embed.base_encoder import BatchEncoder
from embed.photos.reader import PhotoReader
from shopwindow.values.encoder import EncoderSpec, Vectors
from shopwindow.values.settings import EncoderSettings


class AdaptedEncoder(BatchEncoder):
    """A base encoder's vectors, and beside them a part that was learned from one shop.

    Args:
        spec: The facts; the base's, but for name, version and width.
        base: The encoder that was adapted; it may be an adapted one itself.
        heads: What was learned.
        reader: Opens the photos.
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

    def _text_batch(self, texts: Sequence[str]) -> NDArray[np.float32]:
        features = self.base.extract_text_features(texts)
        vectors: Vectors = self.base.project_text_features(features, texts)
        return self.heads.project_texts(vectors, features, texts)

    def _image_batch(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        features = self.base.extract_image_features(pixels)
        return self.heads.project_images(self.base.project_image_features(features), features)
