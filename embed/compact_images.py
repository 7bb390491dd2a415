"""Run the frozen image tower: pixels to features."""

import numpy as np
from numpy.typing import NDArray

from core.errors import EncoderError
from embed.compact_checkpoint import backbone_path, read_checkpoint
from embed.compact_colours import colour_features
from embed.compact_tower import TowerGraph

CHUNK = 8
"""Photos that go through the graph at once; more do not fit the cache and are slower each."""


class ImageTower:
    """EfficientNet-Lite0 with its pooling; safe to call from several threads.

    Args:
        image_size: Side of the pictures in pixels.
        threads: Threads of one call; 0 takes the cores.

    Raises:
        EncoderUnavailableError: The package with the weights is not installed.
        EncoderError: Its file is not the one we know.
    """

    def __init__(self, image_size: int, threads: int = 0) -> None:
        self.image_size = image_size
        path = backbone_path()
        try:
            model = TowerGraph(read_checkpoint(path), image_size).build()
        except KeyError as exc:
            raise EncoderError(
                f"{path}: expected the weights of EfficientNet-Lite0, {exc} is missing"
            ) from exc
        import onnxruntime  # noqa: PLC0415 - a search by words must not wait for it

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3
        # Spinning threads would take the cores from whoever decodes the next photos.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = onnxruntime.InferenceSession(
            model, options, providers=["CPUExecutionProvider"]
        )

    def features(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return what the tower sees.

        Args:
            pixels: RGB, uint8, shape (n, image_size, image_size, 3).

        Returns:
            Shape (n, width), float32; the first `LAST` columns are the means of the last layer,
            the last ones describe colours.
        """
        starts = range(0, len(pixels), CHUNK)
        return np.concatenate([self._run(pixels[at : at + CHUNK]) for at in starts])

    def _run(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        features, fields = self._session.run(["features", "fields"], {"pixels": pixels})
        return np.concatenate([features, colour_features(fields)], axis=1)
