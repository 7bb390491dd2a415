"""Renders the photos: `python -m data_samples.render [--only KIND] [--workers 1] [--force]`."""

import argparse
import sys
import time
from collections import Counter
from pathlib import Path

import numpy as np

from data_samples.records import HERE, Record, read_palette, read_records
from data_samples.render import engine
from data_samples.render.families.kinds import KINDS
from data_samples.render.look import Look
from data_samples.render.queries import QUERIES, phone_shot
from data_samples.render.studio import Part, Shot, plan
from data_samples.render.textures import linear

QUALITY = 86


def parts_of(record: Record) -> list[Part]:
    """The model of a product, the same on every call."""
    palette = read_palette()
    look = Look(
        linear(palette[record.colour].hex),
        linear(palette[record.accent].hex),
        record.surface,
        record.style,
        np.random.default_rng(record.seed),
    )
    return KINDS[record.kind].build(look)


def shot_of(record: Record) -> Shot:
    """The product's photo as planned: angles and backdrop within what suits its kind."""
    rng = np.random.default_rng(record.seed + 1)
    return plan(KINDS[record.kind].view, rng, record.backdrop)


def _save(parts: list[Part], shot: Shot, seed: int, path: Path, samples: int) -> None:
    picture = engine.photograph(parts, shot, seed % 2**20, samples)
    partial = path.with_suffix(".part")
    picture.save(partial, "JPEG", quality=QUALITY)
    partial.replace(path)


def spread(records: list[Record]) -> list[Record]:
    """One of each kind first, then a second: a run cut short still leaves a varied catalogue."""
    seen: Counter[str] = Counter()
    ranks = {}
    for record in records:
        ranks[record.id] = seen[record.kind]
        seen[record.kind] += 1
    return sorted(records, key=lambda record: ranks[record.id])


def render_catalogue(records: list[Record], samples: int, force: bool) -> int:
    """Render the products' photos that are missing, and return how many were made."""
    made = 0
    for record in records:
        path = HERE / record.image
        if path.exists() and not force:
            continue
        path.parent.mkdir(exist_ok=True)
        began = time.monotonic()
        _save(parts_of(record), shot_of(record), record.seed, path, samples)
        made += 1
        sys.stdout.write(f"{path.name} {time.monotonic() - began:.0f} s\n")
        sys.stdout.flush()
    return made


def render_queries(records: list[Record], samples: int, force: bool) -> int:
    """Render the phone pictures that are missing, and return how many were made."""
    by_id = {record.id: record for record in records}
    made = 0
    for query in QUERIES:
        path = HERE / "queries" / f"{query.name}.jpg"
        if path.exists() and not force:
            continue
        path.parent.mkdir(exist_ok=True)
        record = by_id[query.product_id]
        shot = phone_shot(query, shot_of(record))
        _save(parts_of(record), shot, record.seed + 7, path, samples)
        made += 1
    return made


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="data_samples.render", description=__doc__)
    parser.add_argument("--only", metavar="KIND", help="one kind, such as mug, or 'queries'")
    parser.add_argument("--workers", type=int, default=1, help="threads of the renderer")
    parser.add_argument("--samples", type=int, default=16, help="light paths per pixel")
    parser.add_argument("--force", action="store_true", help="render again what is there")
    return parser.parse_args()


def main() -> int:
    """Render what is missing."""
    chosen = arguments()
    engine.pick_variant(chosen.workers)
    everything = read_records()
    records = [record for record in everything if chosen.only in (None, record.kind)]
    made = 0
    if chosen.only != "queries":
        made = render_catalogue(spread(records), chosen.samples, chosen.force)
    if chosen.only in (None, "queries"):
        made += render_queries(list(everything), chosen.samples, chosen.force)
    sys.stdout.write(f"{made} pictures made\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
