"""Measure adaptation: train on half of a shop, evaluate on the other half, and on other shops.

`python -m benchmarks.bench_adapt --data FOLDER` adapts `compact` to half of electronics, to half of
ikea, and to ikea after electronics. Titles of the other half are the queries, its photos the
candidates; the fashion test products, and electronics after ikea, show what is forgotten.
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


def split_in_halves(
    photos: Sequence[LabeledProduct],
) -> tuple[list[LabeledProduct], list[LabeledProduct]]:
    """Return the training and the test half; products of one group or title stay together."""
    halves: tuple[list[LabeledProduct], list[LabeledProduct]] = ([], [])
    for photo in photos:
        key = (photo.group_id or photo.title_key).encode()
        halves[hashlib.blake2b(key, digest_size=8).digest()[-1] % 2].append(photo)
    return halves


def evaluate_titles(encoder: Encoder, photos: Sequence[LabeledProduct]) -> dict[str, float]:
    """Return how well titles find their photos among these."""
    keys = [photo.title_key for photo in photos]
    texts = encoder.encode_texts([photo.title for photo in photos])
    vectors = encoder.encode_images([photo.image for photo in photos])
    metrics = evaluate_title_retrieval(texts, vectors, keys, keys)
    return {"recall": round(metrics.recall_at_10, 4), "reciprocal_rank": round(metrics.mrr, 4)}


def write_products(photos: Sequence[LabeledProduct], folder: Path) -> list[Product]:
    """Return products as a feed would give them, with their photos written into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    products = []
    for number, photo in enumerate(photos):
        path = folder / f"{number}.jpg"
        path.write_bytes(photo.image)
        category = (photo.product_type,) if photo.product_type else ()
        products.append(
            Product(
                f"{number}",
                photo.title,
                image=str(path),
                category=category,
                group_id=photo.group_id,
            )
        )
    return products


def _summarize_report(report: AdaptReport) -> dict[str, Any]:
    return {
        "n_products": report.n_products,
        "n_trained": report.n_trained,
        "seconds": round(report.elapsed_s, 1),
        "held_back_before": report.before.mrr,
        "held_back_after": report.after.mrr,
    }


def main(
    data: Annotated[Path, typer.Option(help="Folder of the product datasets.")],
) -> None:
    """Measure and write `results/adapt.json`."""
    base = load_encoder(BASE)
    fashion = read_labeled_products(data)
    fashion = [fashion[n] for n in split_by_title(fashion).test]
    shops = {name: split_in_halves(read_labeled_products(data, (name,))) for name in SHOPS}
    results: dict[str, Any] = {
        "base": base.spec.identity,
        "fashion_before": evaluate_titles(base, fashion),
    }
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        training_products = {
            name: write_products(training_half, folder / name)
            for name, (training_half, _) in shops.items()
        }
        for name in SHOPS:
            report = adapt_encoder(BASE, training_products[name], folder / f"knows-{name}")
            adapted, test_photos = load_encoder(folder / f"knows-{name}"), shops[name][1]
            before, after = (
                evaluate_titles(base, test_photos),
                evaluate_titles(adapted, test_photos),
            )
            results[name] = {
                **_summarize_report(report),
                "n_asked": len(test_photos),
                "chance_recall": round(10 / len(test_photos), 4),
                "before": before,
                "after": after,
                "times_recall": round(after["recall"] / before["recall"], 1),
                "fashion_after": evaluate_titles(adapted, fashion),
            }
            print(name, results[name], flush=True)
        first_shop, second_shop = SHOPS
        report = adapt_encoder(
            str(folder / f"knows-{first_shop}"),
            training_products[second_shop],
            folder / "knows-both",
        )
        adapted_twice = load_encoder(folder / "knows-both")
        results[f"{second_shop} after {first_shop}"] = {
            **_summarize_report(report),
            first_shop: evaluate_titles(adapted_twice, shops[first_shop][1]),
            second_shop: evaluate_titles(adapted_twice, shops[second_shop][1]),
            "fashion": evaluate_titles(adapted_twice, fashion),
        }
    write_result("adapt", results, command="python -m benchmarks.bench_adapt --data FOLDER")
    print(results)


if __name__ == "__main__":
    typer.run(main)
