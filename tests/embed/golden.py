"""Golden vectors of the shipped heads: what they gave when they were delivered.

`python -m tests.embed.golden` remakes `test_compact_golden.json`, for new weights only.
"""

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from embed import load_encoder
from shopwindow.values import Encoder, Vectors
from shopwindow.values.settings import EncoderSettings

GOLDEN = Path(__file__).with_name("test_compact_golden.json")
SAMPLES = Path(__file__).resolve().parents[2] / "data_samples" / "photos"

TEXTS = {
    "en": ("red dress", "Nike Men's Black Running Shoes", "white cotton shirt", "", "oak table"),
    "ar": ("فستان صيفي أحمر", "حذاء رياضي أبيض", "حقيبة يد جلدية بنية", "ساعة نسائية فضية"),
    "fr": ("robe rouge", "chaussures de sport blanches", "sac à main en cuir"),
    "de": ("rotes Kleid", "weiße Sportschuhe", "Armbanduhr für Herren"),
    "es": ("vestido rojo", "zapatillas blancas", "gafas de sol negras"),
    "ja": ("赤いドレス", "黒い革靴"),
}
"""Twenty texts in six languages, one of them empty."""

EXACT = EncoderSettings(precision="float32", threads=1)
"""The numbers that golden photos are made in; int8 is held to them."""

N_PHOTOS = 20
N_NUMBERS = 16
TEXT_TOLERANCE = 5e-4
PHOTO_TOLERANCE = 5e-3
"""Processors add up in different orders; a mutation is ten times off and more."""


def sample_photos() -> list[Path]:
    """Return twenty of the sample photos, evenly spaced by name."""
    photos = sorted(SAMPLES.glob("*.jpg"))
    return [photos[n * len(photos) // N_PHOTOS] for n in range(N_PHOTOS)]


def shortened(vectors: Vectors) -> NDArray[np.float32]:
    """Return a few seeded projections, which no number of a vector can hide from."""
    rng = np.random.default_rng(20261122)
    axes = rng.standard_normal((vectors.shape[1], N_NUMBERS)).astype(np.float32)
    return np.asarray(vectors @ axes, dtype=np.float32)


def texts() -> list[str]:
    """Return the texts of all languages."""
    return [text for some in TEXTS.values() for text in some]


def write_golden(encoder: Encoder) -> None:
    """Write the golden file of an encoder's weights."""
    photos = sample_photos()
    rows = {
        "texts": dict(zip(texts(), shortened(encoder.encode_texts(texts())).tolist(), strict=True)),
        "photos": dict(
            zip(
                (photo.name for photo in photos),
                shortened(encoder.encode_images(photos)).tolist(),
                strict=True,
            )
        ),
    }
    rounded = {
        part: {name: [round(value, 5) for value in row] for name, row in some.items()}
        for part, some in rows.items()
    }
    golden = {"version": encoder.spec.version, **rounded}
    GOLDEN.write_text(json.dumps(golden, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write_golden(load_encoder("compact", settings=EXACT))
