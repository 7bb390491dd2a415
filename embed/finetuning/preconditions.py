"""What must hold before minutes are spent on learning."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from embed.encoder_config import ENCODER_CONFIG_FILE
from embed.finetuning.training_catalog import TrainingExample
from shopwindow.values.errors import AdaptationError

MIN_PRODUCTS = 200
MIN_TITLES = 100


def check_output_folder(folder: Path) -> None:
    """Check that the folder may take a new encoder.

    Raises:
        AdaptError: Something is there already.
    """
    if folder.exists() and not folder.is_dir():
        raise AdaptationError(f"{folder} is a file; give a folder")
    if (folder / ENCODER_CONFIG_FILE).is_file():
        raise AdaptationError(
            f"{folder} holds an encoder, which an index may need; give a new folder"
        )
    if folder.is_dir() and any(folder.iterdir()):
        raise AdaptationError(f"{folder} holds other things; give a new folder")


def check_dataset_size(examples: Sequence[TrainingExample], message: str) -> None:
    """Check that there are enough products and titles.

    Args:
        examples: What there is.
        message: What to say of too few; `{}` stands for their number.

    Raises:
        AdaptError: There are too few.
    """
    if len(examples) < MIN_PRODUCTS:
        raise AdaptationError(
            f"{message.format(len(examples))}; {MIN_PRODUCTS} are the least to learn from"
        )
    n_titles = len({lesson.title_key for lesson in examples})
    if n_titles < MIN_TITLES:
        raise AdaptationError(
            f"{len(examples)} products have {n_titles} different titles; {MIN_TITLES} are the "
            "least to learn from. Titles that say what each product is make the difference."
        )


def check_holdout_size(holdout: NDArray[np.bool_]) -> None:
    """Check that enough is learned from, and enough held back.

    Raises:
        AdaptError: One of both is too small.
    """
    n_unseen = int(holdout.sum())
    n_trained = len(holdout) - n_unseen
    if n_trained < MIN_PRODUCTS // 2 or n_unseen < MIN_PRODUCTS // 10:
        raise AdaptationError(
            f"products that share a title or a group_id stay together, and so {n_trained} would be "
            f"learned from and {n_unseen} held back; at least {MIN_PRODUCTS // 2} and "
            f"{MIN_PRODUCTS // 10} are needed. Do all products have one group_id?"
        )
