"""What it costs a good photo that files are opened in processes of their own.

`python -m benchmarks.photo_costs` opens photos by turns in this process and through decoders, as
a visitor's query does, and writes the medians of both and of their differences. Needs no data.
"""

import io
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from PIL import Image

from benchmarks.results_file import SEED, write_result
from embed import PhotoReader
from embed.photos.decoding import DecodeRequest, decode_image
from shopwindow.values.settings import PhotoLimits

N_TURNS = 80
SIDE = 224
BAR_MS = 2.0
PHOTOS = (("JPEG", (800, 1000)), ("PNG", (800, 800)), ("JPEG", (4000, 3000)))


def photo(kind: str, size: tuple[int, int]) -> bytes:
    """Return a photo of soft shapes with some grain, as a camera or a studio makes it."""
    rng = np.random.default_rng(SEED)
    coarse = Image.fromarray(rng.integers(0, 255, (12, 12, 3), dtype=np.uint8))
    pixels = np.asarray(coarse.resize(size, Image.Resampling.BICUBIC)).astype(np.int16)
    grain = rng.integers(-6, 7, pixels.shape, dtype=np.int16)
    picture = Image.fromarray(np.clip(pixels + grain, 0, 255).astype(np.uint8))
    out = io.BytesIO()
    picture.save(out, kind, quality=88)
    return out.getvalue()


def measure(data: bytes, reader: PhotoReader) -> dict[str, float]:
    """Open one photo by turns in both ways.

    Returns:
        Median milliseconds here, through a decoder, and of the paired differences.
    """
    task = DecodeRequest("letterbox", reader.limits.max_pixels, SIDE)
    here, guarded = [], []
    for _ in range(N_TURNS):
        here.append(_seconds(lambda: decode_image(data, task)))
        guarded.append(_seconds(lambda: reader.read_letterboxed(data, SIDE)))
    added = np.subtract(guarded, here)
    return {
        "kb": round(len(data) / 1000),
        "here_ms": round(1000 * float(np.median(here)), 2),
        "guarded_ms": round(1000 * float(np.median(guarded)), 2),
        "added_ms": round(1000 * float(np.median(added)), 2),
    }


def _seconds(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def main() -> None:
    """Measure and write `results/photo_costs.json`."""
    reader = PhotoReader(PhotoLimits()).for_queries()
    found: dict[str, Any] = {}
    for kind, size in PHOTOS:
        data = photo(kind, size)
        reader.read_letterboxed(data, SIDE)  # starts the decoder
        found[f"{kind} {size[0]} x {size[1]}"] = measure(data, reader)
    print(found)
    numbers = {"bar_ms": BAR_MS, "photos": found}
    write_result("photo_costs", numbers, command="python -m benchmarks.photo_costs")


if __name__ == "__main__":
    main()
