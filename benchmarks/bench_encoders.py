"""Speed of whole encoders beside their bare towers and torch as it comes, by turns in one run.

`python -m benchmarks.bench_encoders --data FOLDER` times `compact` on studio photos, decoding
included, and a ViT-B/32 of seeded random weights through the open_clip adapter. One thread, batches
of 16; each number is the median of several turns.
"""

import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import open_clip
import timm
import torch
import typer
from numpy.typing import NDArray

from benchmarks.results_file import SEED, write_result
from core import Encoder
from core.settings import EncoderSettings
from embed import load_encoder
from embed.compact_images import ImageTower
from embed.training.products import read_photos

THREADS = 1
BATCH = 16
TURNS = 5
N_TEXTS = 16
VIT = "ViT-B-32"

Job = Callable[[], object]


def _by_turns(jobs: Mapping[str, Job], n_items: int) -> dict[str, float]:
    """Run all jobs once unmeasured, then by turns.

    Returns:
        Median milliseconds an item, by job.
    """
    laps: dict[str, list[float]] = {name: [] for name in jobs}
    for job in jobs.values():
        job()
    for _ in range(TURNS):
        for name, job in jobs.items():
            began = time.perf_counter()
            job()
            laps[name].append(1000 * (time.perf_counter() - began) / n_items)
    return {name: round(float(np.median(each)), 3) for name, each in laps.items()}


def _eager(model: torch.nn.Module, method: str, pixels: NDArray[np.uint8]) -> Job:
    planes = torch.from_numpy(pixels).permute(0, 3, 1, 2).float().contiguous() / 127.5 - 1.0

    def job() -> object:
        with torch.inference_mode():
            return getattr(model, method)(planes)

    return job


def _loaded(name: str, settings: EncoderSettings) -> tuple[Encoder, float]:
    began = time.perf_counter()
    encoder = load_encoder(name, settings=settings)
    encoder.encode_texts(["a"])
    side = encoder.spec.image_size
    encoder.encode_prepared([np.zeros((side, side, 3), dtype=np.uint8)])
    return encoder, round(time.perf_counter() - began, 2)


def measure_compact(photos: list[bytes], texts: list[str]) -> dict[str, Any]:
    """Return times of the whole encoder, its bare tower and torch eager on one backbone."""
    encoder, load_s = _loaded("compact", EncoderSettings(threads=THREADS, batch_size=BATCH))
    pixels = np.stack([encoder.prepare_image(photo) for photo in photos])
    tower = ImageTower(encoder.spec.image_size, THREADS)
    torch_model = timm.create_model("tf_efficientnet_lite0").eval()
    found = _by_turns(
        {
            "whole_with_decoding": lambda: encoder.encode_images(photos),
            "tower_with_our_outputs": lambda: tower.features(pixels),
            "torch_eager": _eager(torch_model, "forward_features", pixels),
        },
        len(photos),
    )
    return {
        "photo_ms": found,
        "times_torch_eager": round(found["torch_eager"] / found["whole_with_decoding"], 2),
        "share_of_tower": round(found["tower_with_our_outputs"] / found["whole_with_decoding"], 2),
        "text_ms": _by_turns({"whole": lambda: encoder.encode_texts(texts)}, len(texts))["whole"],
        "load_s": load_s,
    }


def measure_adapter(photos: list[bytes], texts: list[str]) -> dict[str, Any]:
    """Return times of a ViT-B/32 through the adapter, and of torch as open_clip gives it."""
    torch.manual_seed(SEED)
    model = open_clip.create_model(VIT).eval()
    with tempfile.TemporaryDirectory() as folder:
        weights = Path(folder) / "weights.pt"
        torch.save(model.state_dict(), weights)
        name = f"open_clip:{VIT}/{weights}"
        settings = EncoderSettings(threads=THREADS, batch_size=BATCH)
        encoder, load_s = _loaded(name, settings)
        precise, _ = _loaded(name, settings.model_copy(update={"precision": "float32"}))
    pixels = np.stack([encoder.prepare_image(photo) for photo in photos])
    found = _by_turns(
        {
            "adapter_with_decoding": lambda: encoder.encode_images(photos),
            "adapter_float32_with_decoding": lambda: precise.encode_images(photos),
            "torch_eager": _eager(model, "encode_image", pixels),
        },
        len(photos),
    )
    cosines = (encoder.encode_images(photos) * precise.encode_images(photos)).sum(axis=1)
    return {
        "photo_ms": found,
        "times_torch_eager": round(found["torch_eager"] / found["adapter_with_decoding"], 2),
        "least_cosine_to_float32": round(float(cosines.min()), 5),
        "text_ms": _by_turns(
            {
                "adapter": lambda: encoder.encode_texts(texts),
                "adapter_float32": lambda: precise.encode_texts(texts),
            },
            len(texts),
        ),
        "load_s": load_s,
    }


def main(
    data: Annotated[Path, typer.Option(help="Folder of the product sets.")],
) -> None:
    """Measure and write `results/encoders.json`."""
    torch.set_num_threads(THREADS)
    products = read_photos(data, ("magento_luma",))[: 4 * BATCH]
    photos = [each.image for each in products]
    texts = [each.title for each in products][:N_TEXTS]
    numbers = {
        "threads": THREADS,
        "batch": BATCH,
        "compact": measure_compact(photos, texts),
        VIT: measure_adapter(photos, texts),
    }
    write_result("encoders", numbers, command="python -m benchmarks.bench_encoders --data FOLDER")
    print(numbers)


if __name__ == "__main__":
    typer.run(main)
