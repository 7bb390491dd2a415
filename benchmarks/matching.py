"""A batch of photos against a catalogue: is the right product first, and how sure is that?

`python -m benchmarks.matching --data FOLDER` indexes 4,000 electronics and 5,000 fashion products
and matches 200 seeded photos of each: as they are, badly cropped (35 to 70 % of the area, off the
centre), darkened, as JPEG of quality 30, and as by a phone, tilted on a surface. Twenty further
photos of electronics, badly cropped, are the merchandiser's try. Right is the product itself, or
one with the very same photo. The last numbers tell matching's time beside the encoder's own.
"""

import io
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import typer
from PIL import Image, ImageEnhance

from benchmarks.bench_compact_photos import phone_photo
from benchmarks.datasets import DATA, DataFolder, EncoderName, Row, sample_rows, write_feed
from benchmarks.results_file import SEED, write_result
from embed import load_encoder
from index import ProductIndex, read_products
from search import SearchService
from search.batch_matching import PhotoMatch, match_photos
from search.match_confidence import CONFIDENCE_BOUNDS, label_confidence
from shopwindow.values import Encoder, Hit

SETS = {"electronics": 4000, "fashion": 5000}
N_PHOTOS = 200
N_TRY = 20
N_TIMED = 500
N_TURNS = 3
TOP = 5

Change: TypeAlias = Callable[[Image.Image, np.random.Generator], Image.Image]


def badly_cropped(photo: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Return 35 to 70 % of the area, of another shape than the photo, away from its middle."""
    side = rng.uniform(0.35, 0.70) ** 0.5
    shape = rng.uniform(max(0.8, side), 1.0) ** rng.choice([-1, 1])
    width, height = int(photo.width * side * shape), int(photo.height * side / shape)
    left = int((photo.width - width) * _off_centre(rng))
    top = int((photo.height - height) * _off_centre(rng))
    return photo.crop((left, top, left + max(1, width), top + max(1, height)))


def _off_centre(rng: np.random.Generator) -> float:
    """Return a place from 0 to 1 that is not within 0.2 of the middle."""
    away = rng.uniform(0.2, 0.5)
    return float(0.5 + away * rng.choice([-1, 1]))


def _darkened(photo: Image.Image, _: np.random.Generator) -> Image.Image:
    return ImageEnhance.Brightness(photo).enhance(0.5)


def _jpeg_30(photo: Image.Image, _: np.random.Generator) -> Image.Image:
    data = io.BytesIO()
    photo.save(data, "JPEG", quality=30)
    return Image.open(data).convert("RGB")


CHANGES: Mapping[str, Change] = {
    "as they are": lambda photo, _: photo,
    "badly cropped": badly_cropped,
    "darkened to 50 %": _darkened,
    "JPEG quality 30": _jpeg_30,
    "tilted on a surface": phone_photo,
}


@dataclass(frozen=True, slots=True)
class Case:
    """A photo that was matched, and the products it shows."""

    right: frozenset[str]
    match: PhotoMatch

    @property
    def others(self) -> list[Hit]:
        """What would be found if the shop did not have the product."""
        return [hit for hit in self.match.hits if hit.product.id not in self.right]

    def found(self, places: int) -> bool:
        """Return whether the right product is within so many places."""
        return any(hit.product.id in self.right for hit in self.match.hits[:places])


def measure_set(service: SearchService, rows: Sequence[Row], seed: int) -> dict[str, Any]:
    """Match photos of a set, changed in one way after the other.

    Returns:
        Shares found, by change; and what the words for likeness are worth over all changes.
    """
    chosen = [rows[n] for n in np.random.default_rng(seed).permutation(len(rows))[:N_PHOTOS]]
    cases = {name: matched(service, rows, chosen, name) for name in CHANGES}
    found: dict[str, Any] = {"n_products": len(rows), "n_photos": len(chosen)}
    found |= {name: found_shares(changed_cases) for name, changed_cases in cases.items()}
    return found | {
        "words": worth_of_words(
            [case for changed_cases in cases.values() for case in changed_cases]
        )
    }


def matched(
    service: SearchService, rows: Sequence[Row], chosen: Sequence[Row], change: str
) -> list[Case]:
    """Return the matches of photos that were changed in one way."""
    same: dict[bytes, set[str]] = defaultdict(set)
    for row in rows:
        same[row.image].add(row.id)
    photos = _changed(chosen, change)
    matches = match_photos(service, photos, limit=TOP + 1)
    return [
        Case(frozenset(same[row.image]), match) for row, match in zip(chosen, matches, strict=True)
    ]


def _changed(rows: Sequence[Row], change: str) -> Iterator[Image.Image]:
    rng = np.random.default_rng(SEED)
    for row in rows:
        yield CHANGES[change](Image.open(io.BytesIO(row.image)).convert("RGB"), rng)


def found_shares(cases: Sequence[Case]) -> dict[str, float]:
    """Return the shares of photos whose product came first, and among the first five."""
    return {
        "first": round(float(np.mean([case.found(1) for case in cases])), 4),
        "in_five": round(float(np.mean([case.found(TOP) for case in cases])), 4),
    }


def worth_of_words(cases: Sequence[Case]) -> dict[str, Any]:
    """Return for each word how often it stood, and how often rightly.

    Returns:
        By word: first places that have it, the share of them that is the right product, and the
        share of photos whose first place would have it if the shop did not have the product.
    """
    firsts = [(label_confidence(case.match.hits[0].score), case.found(1)) for case in cases]
    absent = Counter(label_confidence(case.others[0].score) for case in cases if case.others)
    found = {}
    for word in dict.fromkeys([*(word for _, word in CONFIDENCE_BOUNDS), label_confidence(0.0)]):
        right = [is_right for label, is_right in firsts if label == word]
        found[word] = {
            "n_first": len(right),
            "right": round(float(np.mean(right)), 4) if right else None,
            "share_when_absent": round(absent[word] / len(cases), 4),
        }
    return found


def measure_try(service: SearchService, rows: Sequence[Row]) -> dict[str, Any]:
    """Match the twenty photos of the merchandiser's try.

    Returns:
        How many of them were found.
    """
    chosen = [rows[n] for n in np.random.default_rng(SEED + 1).permutation(len(rows))[:N_TRY]]
    cases = matched(service, rows, chosen, "badly cropped")
    return {
        "n_photos": N_TRY,
        "n_first": sum(case.found(1) for case in cases),
        "n_in_five": sum(case.found(TOP) for case in cases),
    }


def measure_time(
    service: SearchService, encoder: Encoder, photos: Sequence[Path]
) -> dict[str, Any]:
    """Match photos, and encode the same ones with nothing else going on, by turns.

    Returns:
        Seconds of each turn, and the median ratio of matching to encoding alone.
    """
    prepared = [encoder.prepare_image(photo) for photo in photos]
    turns = []
    for _ in range(N_TURNS):
        began = time.perf_counter()
        n_hits = sum(len(match.hits) for match in match_photos(service, photos))
        between = time.perf_counter()
        encoder.encode_prepared(prepared)
        matching_s, encoding_s = between - began, time.perf_counter() - between
        turns.append({"matching_s": round(matching_s, 2), "encoding_s": round(encoding_s, 2)})
    ratios = [turn["matching_s"] / turn["encoding_s"] for turn in turns]
    return {
        "n_photos": len(photos),
        "n_hits": n_hits,
        "turns": turns,
        "ratio_median": round(float(np.median(ratios)), 3),
    }


def main(data: DataFolder = DATA, encoder: EncoderName = "compact") -> None:
    """Measure and write `results/matching.json`."""
    loaded = load_encoder(encoder)
    found: dict[str, Any] = {}
    for name, n_products in SETS.items():
        rows = sample_rows(data, name, n_products, SEED)
        with tempfile.TemporaryDirectory() as temporary:
            feed = write_feed(rows, Path(temporary))
            with ProductIndex.open(Path(temporary) / "index", loaded) as index:
                index.add(read_products(feed))
                service = SearchService(index)
                found[name] = measure_set(service, rows, SEED)
                if name == "electronics":
                    found["merchandisers_try"] = measure_try(service, rows)
                    photos = sorted((Path(temporary) / "photos").iterdir())[:N_TIMED]
                    found["time"] = measure_time(service, loaded, photos)
        print(name, found[name])
    print(found["merchandisers_try"], found["time"])
    command = "python -m benchmarks.matching --data FOLDER"
    write_result("matching", {"encoder": loaded.spec.identity, **found}, command=command)


if __name__ == "__main__":
    typer.run(main)
