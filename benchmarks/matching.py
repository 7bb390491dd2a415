"""Batch matching of photos: whether the right product comes first, and how confident that is.

`python -m benchmarks.matching --data FOLDER` indexes 4,000 electronics and 5,000 fashion products
and matches 200 seeded photos of each: as they are, badly cropped (35 to 70 % of the area, off the
centre), darkened, as JPEG of quality 30, and as by a phone, tilted on a surface. Twenty further
photos of electronics, badly cropped, are a merchandiser's trial. Right is the product itself, or
one with the very same photo. The last numbers compare the time of matching with that of encoding
alone.
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

from benchmarks.bench_compact_photos import make_phone_photo
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
N_TRIAL = 20
N_TIMED = 500
N_TURNS = 3
TOP = 5

Change: TypeAlias = Callable[[Image.Image, np.random.Generator], Image.Image]


def crop_badly(photo: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Return 35 to 70 % of the area, with another aspect ratio, away from the centre."""
    side = rng.uniform(0.35, 0.70) ** 0.5
    shape = rng.uniform(max(0.8, side), 1.0) ** rng.choice([-1, 1])
    width, height = int(photo.width * side * shape), int(photo.height * side / shape)
    left = int((photo.width - width) * _draw_offset(rng))
    top = int((photo.height - height) * _draw_offset(rng))
    return photo.crop((left, top, left + max(1, width), top + max(1, height)))


def _draw_offset(rng: np.random.Generator) -> float:
    """Return a relative position from 0 to 1 that is not within 0.2 of the middle."""
    distance = rng.uniform(0.2, 0.5)
    return float(0.5 + distance * rng.choice([-1, 1]))


def _darken(photo: Image.Image, _: np.random.Generator) -> Image.Image:
    return ImageEnhance.Brightness(photo).enhance(0.5)


def _compress(photo: Image.Image, _: np.random.Generator) -> Image.Image:
    data = io.BytesIO()
    photo.save(data, "JPEG", quality=30)
    return Image.open(data).convert("RGB")


CHANGES: Mapping[str, Change] = {
    "as they are": lambda photo, _: photo,
    "badly cropped": crop_badly,
    "darkened to 50 %": _darken,
    "JPEG quality 30": _compress,
    "tilted on a surface": make_phone_photo,
}


@dataclass(frozen=True, slots=True)
class Case:
    """A photo that was matched.

    Attributes:
        right: Ids of the products that it shows.
        match: The match.
    """

    right: frozenset[str]
    match: PhotoMatch

    @property
    def others(self) -> list[Hit]:
        """The hits if the shop did not have the product."""
        return [hit for hit in self.match.hits if hit.product.id not in self.right]

    def is_found(self, top: int) -> bool:
        """Return whether a right product is among the first hits."""
        return any(hit.product.id in self.right for hit in self.match.hits[:top])


def measure_set(service: SearchService, rows: Sequence[Row], seed: int) -> dict[str, Any]:
    """Match photos of a set under each change.

    Returns:
        Shares found by change, and the precision of the confidence labels over all changes.
    """
    sample = [rows[n] for n in np.random.default_rng(seed).permutation(len(rows))[:N_PHOTOS]]
    cases_by_change = {name: match_changed(service, rows, sample, name) for name in CHANGES}
    results: dict[str, Any] = {"n_products": len(rows), "n_photos": len(sample)}
    results |= {name: measure_shares(cases) for name, cases in cases_by_change.items()}
    all_cases = [case for cases in cases_by_change.values() for case in cases]
    return results | {"words": measure_labels(all_cases)}


def match_changed(
    service: SearchService, rows: Sequence[Row], sample: Sequence[Row], change: str
) -> list[Case]:
    """Return the matches of photos under one change."""
    ids_by_photo: dict[bytes, set[str]] = defaultdict(set)
    for row in rows:
        ids_by_photo[row.image].add(row.id)
    photos = _change_photos(sample, change)
    matches = match_photos(service, photos, limit=TOP + 1)
    return [
        Case(frozenset(ids_by_photo[row.image]), match)
        for row, match in zip(sample, matches, strict=True)
    ]


def _change_photos(rows: Sequence[Row], change: str) -> Iterator[Image.Image]:
    rng = np.random.default_rng(SEED)
    for row in rows:
        yield CHANGES[change](Image.open(io.BytesIO(row.image)).convert("RGB"), rng)


def measure_shares(cases: Sequence[Case]) -> dict[str, float]:
    """Return the shares of photos whose product is first, and among the first five."""
    return {
        "first": round(float(np.mean([case.is_found(1) for case in cases])), 4),
        "in_five": round(float(np.mean([case.is_found(TOP) for case in cases])), 4),
    }


def measure_labels(cases: Sequence[Case]) -> dict[str, Any]:
    """Return how often each confidence label is given, and how often it is right.

    Returns:
        By label: the number of first hits that have it, the share of them that is right, and the
        share of photos whose first hit would have it if the shop did not have the product.
    """
    first_hits = [(label_confidence(case.match.hits[0].score), case.is_found(1)) for case in cases]
    absent = Counter(label_confidence(case.others[0].score) for case in cases if case.others)
    results = {}
    labels = [*(label for _, label in CONFIDENCE_BOUNDS), label_confidence(0.0)]
    for label in labels:
        right = [is_right for given, is_right in first_hits if given == label]
        results[label] = {
            "n_first": len(right),
            "right": round(float(np.mean(right)), 4) if right else None,
            "share_when_absent": round(absent[label] / len(cases), 4),
        }
    return results


def measure_trial(service: SearchService, rows: Sequence[Row]) -> dict[str, Any]:
    """Match the twenty photos of the merchandiser's trial.

    Returns:
        The number of photos, and how many were found.
    """
    sample = [rows[n] for n in np.random.default_rng(SEED + 1).permutation(len(rows))[:N_TRIAL]]
    cases = match_changed(service, rows, sample, "badly cropped")
    return {
        "n_photos": N_TRIAL,
        "n_first": sum(case.is_found(1) for case in cases),
        "n_in_five": sum(case.is_found(TOP) for case in cases),
    }


def measure_time(
    service: SearchService, encoder: Encoder, photos: Sequence[Path]
) -> dict[str, Any]:
    """Match photos, and encode the same ones alone, in turn.

    Returns:
        Seconds of each turn, and the median ratio of matching to encoding alone.
    """
    prepared = [encoder.prepare_image(photo) for photo in photos]
    turns = []
    for _ in range(N_TURNS):
        started = time.perf_counter()
        n_hits = sum(len(match.hits) for match in match_photos(service, photos))
        matched_at = time.perf_counter()
        encoder.encode_prepared(prepared)
        matching_s, encoding_s = matched_at - started, time.perf_counter() - matched_at
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
    results: dict[str, Any] = {}
    for name, n_products in SETS.items():
        rows = sample_rows(data, name, n_products, SEED)
        with tempfile.TemporaryDirectory() as temporary:
            feed = write_feed(rows, Path(temporary))
            with ProductIndex.open(Path(temporary) / "index", loaded) as index:
                index.add(read_products(feed))
                service = SearchService(index)
                results[name] = measure_set(service, rows, SEED)
                if name == "electronics":
                    results["merchandisers_try"] = measure_trial(service, rows)
                    photos = sorted((Path(temporary) / "photos").iterdir())[:N_TIMED]
                    results["time"] = measure_time(service, loaded, photos)
        print(name, results[name])
    print(results["merchandisers_try"], results["time"])
    command = "python -m benchmarks.matching --data FOLDER"
    write_result("matching", {"encoder": loaded.spec.identity, **results}, command=command)


if __name__ == "__main__":
    typer.run(main)
