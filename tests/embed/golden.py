"""Golden vectors of the bundled heads, recorded when they were released.

`python -m tests.embed.golden` records `test_compact_golden.json` again, for new weights only.
"""

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from embed import load_encoder
from shopwindow.values import Encoder, Vectors
from shopwindow.values.setting_groups import EncoderSettings

GOLDEN_FILE = Path(__file__).with_name("test_compact_golden.json")
SAMPLE_PHOTOS = Path(__file__).resolve().parents[2] / "data_samples" / "photos"

TEXTS = {
    "en": ("red dress", "Nike Men's Black Running Shoes", "white cotton shirt", "", "oak table"),
    "ar": ("فستان صيفي أحمر", "حذاء رياضي أبيض", "حقيبة يد جلدية بنية", "ساعة نسائية فضية"),
    "fr": ("robe rouge", "chaussures de sport blanches", "sac à main en cuir"),
    "de": ("rotes Kleid", "weiße Sportschuhe", "Armbanduhr für Herren"),
    "es": ("vestido rojo", "zapatillas blancas", "gafas de sol negras"),
    "ja": ("赤いドレス", "黒い革靴"),
}
"""Twenty texts in six languages, one of them empty."""

EXACT_SETTINGS = EncoderSettings(precision="float32", threads=1)
"""Settings by which the golden vectors were recorded; int8 is compared to them."""

N_PHOTOS = 20
N_PROJECTIONS = 16
TEXT_TOLERANCE = 5e-4
PHOTO_TOLERANCE = 5e-3
"""CPUs sum in different orders; a mutation is off by ten times as much and more."""


def list_sample_photos() -> list[Path]:
    """Return twenty of the sample photos, evenly spaced by name."""
    photos = sorted(SAMPLE_PHOTOS.glob("*.jpg"))
    return [photos[n * len(photos) // N_PHOTOS] for n in range(N_PHOTOS)]


def project_randomly(vectors: Vectors) -> NDArray[np.float32]:
    """Return a few seeded random projections, shape (n, N_PROJECTIONS); all columns count."""
    rng = np.random.default_rng(20261122)
    axes = rng.standard_normal((vectors.shape[1], N_PROJECTIONS)).astype(np.float32)
    return np.asarray(vectors @ axes, dtype=np.float32)


def list_texts() -> list[str]:
    """Return the texts of all languages."""
    return [text for language_texts in TEXTS.values() for text in language_texts]


def write_golden(encoder: Encoder) -> None:
    """Write the golden file of an encoder's weights."""
    photos = list_sample_photos()
    rows = {
        "texts": dict(
            zip(
                list_texts(),
                project_randomly(encoder.encode_texts(list_texts())).tolist(),
                strict=True,
            )
        ),
        "photos": dict(
            zip(
                (photo.name for photo in photos),
                project_randomly(encoder.encode_images(photos)).tolist(),
                strict=True,
            )
        ),
    }
    rounded = {
        kind: {name: [round(value, 5) for value in row] for name, row in named_rows.items()}
        for kind, named_rows in rows.items()
    }
    golden = {"version": encoder.spec.version, **rounded}
    GOLDEN_FILE.write_text(
        json.dumps(golden, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )


if __name__ == "__main__":
    write_golden(load_encoder("compact", settings=EXACT_SETTINGS))
