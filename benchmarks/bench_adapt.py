"""Adapting to a shop: half of it is learned, the other half asked; and what was known before.

`python -m benchmarks.bench_adapt --data FOLDER` adapts `compact` to half of electronics, to half of
ikea, and to ikea after electronics. Titles of the other half ask among the photos of that half; the
fashion test products, and electronics after ikea, show what is forgotten.
"""

import hashlib
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from benchmarks.results_file import write_result
from embed import load_encoder
from embed.finetuning import AdaptReport, adapt_encoder
from embed.finetuning.retrieval_metrics import evaluate_title_retrieval
from shopwindow.values import Encoder, Product
from tools.train_compact.datasets import LabeledProduct, read_labeled_products, split_by_title

BASE = "compact"
SHOPS = ("electronics", "ikea")


def halves(photos: Sequence[LabeledProduct]) -> tuple[list[LabeledProduct], list[LabeledProduct]]:
    """Return the half to learn from and the half to ask about; twins stay together."""
    parts: tuple[list[LabeledProduct], list[LabeledProduct]] = ([], [])
    for photo in photos:
        key = (photo.group_id or photo.title_key).encode()
        parts[hashlib.blake2b(key, digest_size=8).digest()[-1] % 2].append(photo)
    return parts


def asked(encoder: Encoder, photos: Sequence[LabeledProduct]) -> dict[str, float]:
    """Return how well titles find their photos among these."""
    keys = [photo.title_key for photo in photos]
    texts = encoder.encode_texts([photo.title for photo in photos])
    found = evaluate_title_retrieval(
        texts, encoder.encode_images([p.image for p in photos]), keys, keys
    )
    return {"recall": round(found.recall_at_10, 4), "reciprocal_rank": round(found.mrr, 4)}


def products_of(photos: Sequence[LabeledProduct], folder: Path) -> list[Product]:
    """Write the photos into a folder.

    Returns:
        Products as a feed would give them.
    """
    folder.mkdir(parents=True, exist_ok=True)
    found = []
    for number, photo in enumerate(photos):
        path = folder / f"{number}.jpg"
        path.write_bytes(photo.image)
        category = (photo.product_type,) if photo.product_type else ()
        found.append(
            Product(
                f"{number}",
                photo.title,
                image=str(path),
                category=category,
                group_id=photo.group_id,
            )
        )
    return found


def _report(report: AdaptReport) -> dict[str, Any]:
    return {
        "n_products": report.n_products,
        "n_trained": report.n_trained,
        "seconds": round(report.elapsed_s, 1),
        "held_back_before": report.before.mrr,
        "held_back_after": report.after.mrr,
    }


def main(
    data: Annotated[Path, typer.Option(help="Folder of the product sets.")],
) -> None:
    """Measure and write `results/adapt.json`."""
    base = load_encoder(BASE)
    fashion = read_labeled_products(data)
    fashion = [fashion[n] for n in split_by_title(fashion).test]
    shops = {name: halves(read_labeled_products(data, (name,))) for name in SHOPS}
    numbers: dict[str, Any] = {"base": base.spec.identity, "fashion_before": asked(base, fashion)}
    with tempfile.TemporaryDirectory() as temporary:
        place = Path(temporary)
        feeds = {name: products_of(half[0], place / name) for name, half in shops.items()}
        for name in SHOPS:
            report = adapt_encoder(BASE, feeds[name], place / f"knows-{name}")
            adapted, other = load_encoder(place / f"knows-{name}"), shops[name][1]
            before, after = asked(base, other), asked(adapted, other)
            numbers[name] = {
                **_report(report),
                "n_asked": len(other),
                "chance_recall": round(10 / len(other), 4),
                "before": before,
                "after": after,
                "times_recall": round(after["recall"] / before["recall"], 1),
                "fashion_after": asked(adapted, fashion),
            }
            print(name, numbers[name], flush=True)
        first, then = SHOPS
        report = adapt_encoder(str(place / f"knows-{first}"), feeds[then], place / "knows-both")
        both = load_encoder(place / "knows-both")
        numbers[f"{then} after {first}"] = {
            **_report(report),
            first: asked(both, shops[first][1]),
            then: asked(both, shops[then][1]),
            "fashion": asked(both, fashion),
        }
    write_result("adapt", numbers, command="python -m benchmarks.bench_adapt --data FOLDER")
    print(numbers)


if __name__ == "__main__":
    typer.run(main)
