"""Measure the overhead of decoding photos in separate processes.

`python -m benchmarks.photo_costs` decodes photos alternately in this process and through decoder
processes, as a query does, and writes the medians of both and of their differences. Needs no data.
"""

import io
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from PIL import Image

from benchmarks.results_file import SEED, write_result
from embed import PhotoReader
from embed.photos.decode_values import DecodeRequest
from embed.photos.decoding import decode_image
from shopwindow.values.setting_groups import PhotoLimits

N_ROUNDS = 80
IMAGE_SIZE = 224
TARGET_MS = 2.0
PHOTOS = (("JPEG", (800, 1000)), ("PNG", (800, 800)), ("JPEG", (4000, 3000)))


def make_photo(file_format: str, size: tuple[int, int]) -> bytes:
    """Return an encoded image of soft shapes with some grain, which compresses like a photo."""
    rng = np.random.default_rng(SEED)
    coarse = Image.fromarray(rng.integers(0, 255, (12, 12, 3), dtype=np.uint8))
    pixels = np.asarray(coarse.resize(size, Image.Resampling.BICUBIC)).astype(np.int16)
    grain = rng.integers(-6, 7, pixels.shape, dtype=np.int16)
    image = Image.fromarray(np.clip(pixels + grain, 0, 255).astype(np.uint8))
    buffer = io.BytesIO()
    image.save(buffer, file_format, quality=88)
    return buffer.getvalue()


def measure(data: bytes, reader: PhotoReader) -> dict[str, float]:
    """Decode one photo alternately in both ways.

    Returns:
        Median milliseconds in this process, through a decoder, and of the paired differences.
    """
    request = DecodeRequest("letterbox", reader.limits.max_pixels, IMAGE_SIZE)
    in_process_s, decoder_s = [], []
    for _ in range(N_ROUNDS):
        in_process_s.append(_time_s(lambda: decode_image(data, request)))
        decoder_s.append(_time_s(lambda: reader.read_letterboxed(data, IMAGE_SIZE)))
    overhead_s = np.subtract(decoder_s, in_process_s)
    return {
        "kb": round(len(data) / 1000),
        "here_ms": round(1000 * float(np.median(in_process_s)), 2),
        "guarded_ms": round(1000 * float(np.median(decoder_s)), 2),
        "added_ms": round(1000 * float(np.median(overhead_s)), 2),
    }


def _time_s(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def main() -> None:
    """Measure and write `results/photo_costs.json`."""
    reader = PhotoReader(PhotoLimits()).for_queries()
    by_photo: dict[str, Any] = {}
    for file_format, size in PHOTOS:
        data = make_photo(file_format, size)
        reader.read_letterboxed(data, IMAGE_SIZE)  # starts the decoder
        by_photo[f"{file_format} {size[0]} x {size[1]}"] = measure(data, reader)
    print(by_photo)
    numbers = {"bar_ms": TARGET_MS, "photos": by_photo}
    write_result("photo_costs", numbers, command="python -m benchmarks.photo_costs")


if __name__ == "__main__":
    main()
