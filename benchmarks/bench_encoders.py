"""Speed of whole encoders beside their bare towers and torch as it comes, by turns in one run.

`python -m benchmarks.bench_encoders --data FOLDER` times `compact` on studio photos, decoding
included, and a ViT-B/32 of seeded random weights through the open_clip adapter. One thread, batches
of 16; each number is the median of several turns.
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
from embed.compact.heads_folder import load_compact_weights
from embed.compact.image_encoder import CHUNK_SIZE, load_tower_builder
from embed.compact.onnx_layers import FloatLayers
from embed.compact.onnx_writer import OnnxGraph
from embed.compact.quantization import Int8Layers
from shopwindow.values import Encoder
from shopwindow.values.settings import EncoderSettings
from tools.train_compact.datasets import read_labeled_products

THREADS = 1
BATCH = 16
TURNS = 5
N_TEXTS = 16
SIDE = 224
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


def _bare_tower(layers: FloatLayers) -> Callable[[NDArray[np.uint8]], object]:
    """Return what runs EfficientNet-Lite0 with one output, as nothing but a classifier needs it."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = THREADS
    model = load_tower_builder(SIDE).build_pooled(layers)
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    return lambda pixels: session.run(["features"], {"pixels": pixels})


def _start(name: str, settings: EncoderSettings) -> dict[str, float]:
    """Return seconds and memory of a fresh process that encodes one text and one photo."""
    code = (
        "import json, re, time; began = time.perf_counter()\n"
        "import numpy as np\n"
        "from shopwindow.values.settings import EncoderSettings\n"
        "from embed import load_encoder\n"
        f"settings = EncoderSettings(**{settings.model_dump()})\n"
        f"encoder = load_encoder({name!r}, settings=settings)\n"
        "encoder.encode_texts(['a']); text = time.perf_counter() - began\n"
        f"encoder.encode_prepared([np.zeros(({SIDE}, {SIDE}, 3), dtype=np.uint8)])\n"
        "both = time.perf_counter() - began\n"
        # Not ru_maxrss: it begins with what the parent had when it started the process.
        "peak = re.search(r'VmHWM:\\s+(\\d+)', open('/proc/self/status').read())[1]\n"
        "print(json.dumps([text, both, int(peak) / 1024]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    text_s, both_s, peak_mib = json.loads(done.stdout.splitlines()[-1])
    return {
        "first_text_s": round(text_s, 2),
        "first_text_and_photo_s": round(both_s, 2),
        "peak_mib": round(peak_mib),
    }


def measure_compact(photos: list[bytes], texts: list[str]) -> dict[str, Any]:
    """Return times of the whole encoder, its bare tower and torch eager on one backbone."""
    settings = EncoderSettings(threads=THREADS, batch_size=BATCH)
    encoders = {
        name: load_encoder("compact", settings=settings.model_copy(update={"precision": name}))
        for name in ("auto", "float32", "int8")
    }
    _, parts = load_compact_weights()
    bare = {
        "int8": _bare_tower(Int8Layers(OnnxGraph(), parts.activation_ranges)),
        "float32": _bare_tower(FloatLayers(OnnxGraph())),
    }
    squares = [encoders["auto"].prepare_image(photo) for photo in photos]
    pixels = np.stack(squares)
    batches = [pixels[at : at + CHUNK_SIZE] for at in range(0, len(pixels), CHUNK_SIZE)]
    torch_model = timm.create_model("tf_efficientnet_lite0").eval()
    found = _by_turns(
        {
            **{
                f"whole_{name}_with_decoding": partial(each.encode_images, photos)
                for name, each in encoders.items()
            },
            **{f"bare_tower_{name}": partial(_each, run, batches) for name, run in bare.items()},
            "torch_eager": _eager(torch_model, "forward_features", pixels),
        },
        len(photos),
    )
    rows = {name: each.encode_prepared(squares) for name, each in encoders.items()}
    cosines = (rows["int8"] * rows["float32"]).sum(axis=1)
    whole = found["whole_auto_with_decoding"]
    return {
        "photo_ms": found,
        "times_torch_eager": round(found["torch_eager"] / whole, 2),
        "share_of_bare_tower": {
            name: round(found[f"bare_tower_{name}"] / found[f"whole_{name}_with_decoding"], 2)
            for name in bare
        },
        "int8_cosine_to_float32": {
            "mean": round(float(cosines.mean()), 4),
            "least": round(float(cosines.min()), 4),
        },
        "text_ms": _text_times({"whole": encoders["auto"]}, texts),
        "start": _start("compact", settings),
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
        encoders = {
            precision: load_encoder(
                name, settings=settings.model_copy(update={"precision": precision})
            )
            for precision in ("auto", "float32")
        }
        start = _start(name, settings)
    pixels = np.stack([encoders["auto"].prepare_image(photo) for photo in photos])
    found = _by_turns(
        {
            "adapter_with_decoding": lambda: encoders["auto"].encode_images(photos),
            "adapter_float32_with_decoding": lambda: encoders["float32"].encode_images(photos),
            "torch_eager": _eager(model, "encode_image", pixels),
        },
        len(photos),
    )
    rows = [each.encode_images(photos) for each in encoders.values()]
    tokens = open_clip.get_tokenizer(VIT)(texts)
    eager = _by_turns({"torch_eager": lambda: _eager_texts(model, tokens)}, len(texts))
    return {
        "photo_ms": found,
        "times_torch_eager": round(found["torch_eager"] / found["adapter_with_decoding"], 2),
        "least_cosine_to_float32": round(float((rows[0] * rows[1]).sum(axis=1).min()), 5),
        "text_ms": _text_times(encoders, texts) | eager,
        "start": start,
    }


def _each(run: Callable[[NDArray[np.uint8]], object], batches: list[NDArray[np.uint8]]) -> None:
    for batch in batches:
        run(batch)


def _eager_texts(model: torch.nn.Module, tokens: torch.Tensor) -> object:
    with torch.inference_mode():
        return model.encode_text(tokens)  # type: ignore[operator]


def _text_times(encoders: Mapping[str, Encoder], texts: list[str]) -> dict[str, float]:
    return _by_turns(
        {name: partial(each.encode_texts, texts) for name, each in encoders.items()}, len(texts)
    )


def main(
    data: Annotated[Path, typer.Option(help="Folder of the product sets.")],
) -> None:
    """Measure and write `results/encoders.json`."""
    torch.set_num_threads(THREADS)
    products = read_labeled_products(data, ("magento_luma",))[: 4 * BATCH]
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
