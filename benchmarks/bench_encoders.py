"""Compare the speed of whole encoders with their bare towers and torch eager, interleaved.

`python -m benchmarks.bench_encoders --data FOLDER` times `compact` on studio photos, decoding
included, and a ViT-B/32 of seeded random weights through the open_clip adapter. One thread, batches
of 16; each number is the median of several rounds.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import onnxruntime
import open_clip
import timm
import torch
import typer
from numpy.typing import NDArray

from benchmarks.results_file import SEED, write_result
from embed import load_encoder
from embed.compact.image_encoder import CHUNK_SIZE
from shopwindow.values import Encoder
from shopwindow.values.setting_groups import EncoderSettings
from tools.export_photo_tower.activation_ranges import read_ranges
from tools.export_photo_tower.architecture import TowerBuilder
from tools.export_photo_tower.checkpoint import read_checkpoint
from tools.export_photo_tower.graph import OnnxGraph
from tools.export_photo_tower.layers import FloatLayers
from tools.export_photo_tower.quantization import Int8Layers
from tools.train_compact.datasets import read_labeled_products

N_THREADS = 1
BATCH_SIZE = 16
N_ROUNDS = 5
N_TEXTS = 16
IMAGE_SIZE = 224
VIT = "ViT-B-32"

Job = Callable[[], object]


def _time_interleaved(jobs: Mapping[str, Job], n_items: int) -> dict[str, float]:
    """Run all jobs once as a warm-up, then one after the other in several rounds.

    Returns:
        Median milliseconds per item, by job.
    """
    timings_ms: dict[str, list[float]] = {name: [] for name in jobs}
    for job in jobs.values():
        job()
    for _ in range(N_ROUNDS):
        for name, job in jobs.items():
            start = time.perf_counter()
            job()
            timings_ms[name].append(1000 * (time.perf_counter() - start) / n_items)
    return {name: round(float(np.median(timings)), 3) for name, timings in timings_ms.items()}


def _make_eager_job(model: torch.nn.Module, method: str, pixels: NDArray[np.uint8]) -> Job:
    planes = torch.from_numpy(pixels).permute(0, 3, 1, 2).float().contiguous() / 127.5 - 1.0

    def job() -> object:
        with torch.inference_mode():
            return getattr(model, method)(planes)

    return job


def _open_bare_tower(layers: FloatLayers) -> Callable[[NDArray[np.uint8]], object]:
    """Return a function that runs EfficientNet-Lite0 with pooled features as its only output."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = N_THREADS
    model = TowerBuilder(read_checkpoint()).build_pooled(layers)
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    return lambda pixels: session.run(["features"], {"pixels": pixels})


def _measure_cold_start(name: str, settings: EncoderSettings) -> dict[str, float]:
    """Return seconds and peak memory of a fresh process that encodes one text and one photo."""
    code = (
        "import json, re, time; start = time.perf_counter()\n"
        "import numpy as np\n"
        "from shopwindow.values.setting_groups import EncoderSettings\n"
        "from embed import load_encoder\n"
        f"settings = EncoderSettings(**{settings.model_dump()})\n"
        f"encoder = load_encoder({name!r}, settings=settings)\n"
        "encoder.encode_texts(['a']); text_s = time.perf_counter() - start\n"
        f"encoder.encode_prepared([np.zeros(({IMAGE_SIZE}, {IMAGE_SIZE}, 3), dtype=np.uint8)])\n"
        "both_s = time.perf_counter() - start\n"
        # Not ru_maxrss: it starts with what the parent had when it started the process.
        "peak = re.search(r'VmHWM:\\s+(\\d+)', open('/proc/self/status').read())[1]\n"
        "print(json.dumps([text_s, both_s, int(peak) / 1024]))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    text_s, both_s, peak_mib = json.loads(result.stdout.splitlines()[-1])
    return {
        "first_text_s": round(text_s, 2),
        "first_text_and_photo_s": round(both_s, 2),
        "peak_mib": round(peak_mib),
    }


def measure_compact(photos: list[bytes], texts: list[str]) -> dict[str, Any]:
    """Return times of the whole encoder, its bare tower and torch eager on the same backbone."""
    settings = EncoderSettings(threads=N_THREADS, batch_size=BATCH_SIZE)
    encoders = {
        name: load_encoder("compact", settings=settings.model_copy(update={"precision": name}))
        for name in ("auto", "float32", "int8")
    }
    bare_towers = {
        "int8": _open_bare_tower(Int8Layers(OnnxGraph(), read_ranges())),
        "float32": _open_bare_tower(FloatLayers(OnnxGraph())),
    }
    squares = [encoders["auto"].prepare_image(photo) for photo in photos]
    pixels = np.stack(squares)
    batches = [pixels[start : start + CHUNK_SIZE] for start in range(0, len(pixels), CHUNK_SIZE)]
    torch_model = timm.create_model("tf_efficientnet_lite0").eval()
    photo_ms = _time_interleaved(
        {
            **{
                f"whole_{name}_with_decoding": partial(encoder.encode_images, photos)
                for name, encoder in encoders.items()
            },
            **{
                f"bare_tower_{name}": partial(_run_batches, run, batches)
                for name, run in bare_towers.items()
            },
            "torch_eager": _make_eager_job(torch_model, "forward_features", pixels),
        },
        len(photos),
    )
    vectors = {name: encoder.encode_prepared(squares) for name, encoder in encoders.items()}
    cosines = (vectors["int8"] * vectors["float32"]).sum(axis=1)
    whole_ms = photo_ms["whole_auto_with_decoding"]
    return {
        "photo_ms": photo_ms,
        "times_torch_eager": round(photo_ms["torch_eager"] / whole_ms, 2),
        "share_of_bare_tower": {
            name: round(photo_ms[f"bare_tower_{name}"] / photo_ms[f"whole_{name}_with_decoding"], 2)
            for name in bare_towers
        },
        "int8_cosine_to_float32": {
            "mean": round(float(cosines.mean()), 4),
            "least": round(float(cosines.min()), 4),
        },
        "text_ms": _time_texts({"whole": encoders["auto"]}, texts),
        "start": _measure_cold_start("compact", settings),
    }


def measure_adapter(photos: list[bytes], texts: list[str]) -> dict[str, Any]:
    """Return times of a ViT-B/32 through the adapter, and in torch eager as open_clip loads it."""
    torch.manual_seed(SEED)
    model = open_clip.create_model(VIT).eval()
    with tempfile.TemporaryDirectory() as folder:
        weights = Path(folder) / "weights.pt"
        torch.save(model.state_dict(), weights)
        name = f"open_clip:{VIT}/{weights}"
        settings = EncoderSettings(threads=N_THREADS, batch_size=BATCH_SIZE)
        encoders = {
            precision: load_encoder(
                name, settings=settings.model_copy(update={"precision": precision})
            )
            for precision in ("auto", "float32")
        }
        cold_start = _measure_cold_start(name, settings)
    pixels = np.stack([encoders["auto"].prepare_image(photo) for photo in photos])
    photo_ms = _time_interleaved(
        {
            "adapter_with_decoding": lambda: encoders["auto"].encode_images(photos),
            "adapter_float32_with_decoding": lambda: encoders["float32"].encode_images(photos),
            "torch_eager": _make_eager_job(model, "encode_image", pixels),
        },
        len(photos),
    )
    vectors = [encoder.encode_images(photos) for encoder in encoders.values()]
    tokens = open_clip.get_tokenizer(VIT)(texts)
    eager_text_ms = _time_interleaved(
        {"torch_eager": lambda: _encode_texts_eagerly(model, tokens)}, len(texts)
    )
    return {
        "photo_ms": photo_ms,
        "times_torch_eager": round(photo_ms["torch_eager"] / photo_ms["adapter_with_decoding"], 2),
        "least_cosine_to_float32": round(float((vectors[0] * vectors[1]).sum(axis=1).min()), 5),
        "text_ms": _time_texts(encoders, texts) | eager_text_ms,
        "start": cold_start,
    }


def _run_batches(
    run: Callable[[NDArray[np.uint8]], object], batches: list[NDArray[np.uint8]]
) -> None:
    for batch in batches:
        run(batch)


def _encode_texts_eagerly(model: torch.nn.Module, tokens: torch.Tensor) -> object:
    with torch.inference_mode():
        return model.encode_text(tokens)  # type: ignore[operator]


def _time_texts(encoders: Mapping[str, Encoder], texts: list[str]) -> dict[str, float]:
    return _time_interleaved(
        {name: partial(encoder.encode_texts, texts) for name, encoder in encoders.items()},
        len(texts),
    )


def main(
    data: Annotated[Path, typer.Option(help="Folder of the product datasets.")],
) -> None:
    """Measure and write `results/encoders.json`."""
    torch.set_num_threads(N_THREADS)
    products = read_labeled_products(data, ("magento_luma",))[: 4 * BATCH_SIZE]
    photos = [product.image for product in products]
    texts = [product.title for product in products][:N_TEXTS]
    results = {
        "threads": N_THREADS,
        "batch": BATCH_SIZE,
        "compact": measure_compact(photos, texts),
        VIT: measure_adapter(photos, texts),
    }
    write_result("encoders", results, command="python -m benchmarks.bench_encoders --data FOLDER")
    print(results)


if __name__ == "__main__":
    typer.run(main)
