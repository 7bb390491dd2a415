"""What the compact encoder finds: titles, kinds, colours, look-alikes, spoilt photos; its speed.

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
from shopwindow.values.settings import EncoderSettings

COMMAND = "python -m benchmarks.bench_compact --data FOLDER"


def main(
    data: Annotated[Path, typer.Option(help="Folder of the product sets.")],
    heads: Annotated[Path | None, typer.Option(help="Other heads than the shipped ones.")] = None,
) -> None:
    """Measure the compact encoder beside chance, words and the bare backbone."""
    encoder = CompactEncoder.load(EncoderSettings(threads=1), PhotoReader(), heads)
    numbers = {
        "encoder": encoder.spec.identity,
        "title_to_photo": measure_titles(encoder, data),
        "kind_and_colour": measure_queries(encoder, data),
        "photo_to_photo": measure_looks(encoder, data),
        "robustness": measure_robustness(encoder, data),
        "speed": measure_speed(encoder, data),
    }
    name = f"compact-{heads.name}" if heads else "compact"
    command = f"{COMMAND} --heads {heads.name}" if heads else COMMAND
    print(write_result(name, numbers, command=command))


if __name__ == "__main__":
    typer.run(main)
