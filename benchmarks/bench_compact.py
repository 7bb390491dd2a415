"""Measure the compact encoder: text to photo, photo to photo, degraded photos, speed.

`python -m benchmarks.bench_compact --data FOLDER` writes `results/compact.json`; with
`--heads OTHER` it measures the heads of another folder and writes `results/compact-OTHER.json`.
"""

from pathlib import Path
from typing import Annotated

import typer

from benchmarks.bench_compact_looks import measure_looks
from benchmarks.bench_compact_robust import measure_robustness
from benchmarks.bench_compact_speed import measure_speed
from benchmarks.bench_compact_words import measure_queries, measure_titles
from benchmarks.results_file import write_result
from embed.compact.encoder import CompactEncoder
from embed.photos.reader import PhotoReader
from shopwindow.values.setting_groups import EncoderSettings

COMMAND = "python -m benchmarks.bench_compact --data FOLDER"


def main(
    data: Annotated[Path, typer.Option(help="Folder of the product datasets.")],
    heads: Annotated[Path | None, typer.Option(help="Other heads than the bundled ones.")] = None,
) -> None:
    """Measure the compact encoder against chance, BM25 and the bare backbone."""
    encoder = CompactEncoder.load(EncoderSettings(threads=1), PhotoReader(), heads)
    results = {
        "encoder": encoder.spec.identity,
        "title_to_photo": measure_titles(encoder, data),
        "kind_and_colour": measure_queries(encoder, data),
        "photo_to_photo": measure_looks(encoder, data),
        "robustness": measure_robustness(encoder, data),
        "speed": measure_speed(encoder, data),
    }
    result_name = f"compact-{heads.name}" if heads else "compact"
    command = f"{COMMAND} --heads {heads.name}" if heads else COMMAND
    print(write_result(result_name, results, command=command))


if __name__ == "__main__":
    typer.run(main)
