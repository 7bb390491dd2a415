"""Preconditions of an adaptation, checked before minutes are spent on training."""

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
    """Check that a new encoder may be written to the folder.

    Raises:
        AdaptationError: It is a file, or not empty.
    """
    if folder.exists() and not folder.is_dir():
        raise AdaptationError(f"{folder} is a file; give a folder")
    if (folder / ENCODER_CONFIG_FILE).is_file():
        raise AdaptationError(
            f"{folder} holds an encoder, which an index may need; give a new folder"
        )
    if folder.is_dir() and any(folder.iterdir()):
        raise AdaptationError(f"{folder} is not empty; give a new folder")


def check_dataset_size(examples: Sequence[TrainingExample], message: str) -> None:
    """Check that there are enough products and different titles.

    Args:
        examples: The products.
        message: Beginning of the error message; `{}` stands for the number of products.

    Raises:
        AdaptationError: There are too few.
    """
    if len(examples) < MIN_PRODUCTS:
        raise AdaptationError(
            f"{message.format(len(examples))}; at least {MIN_PRODUCTS} are needed"
        )
    n_titles = len({example.title_key for example in examples})
    if n_titles < MIN_TITLES:
        raise AdaptationError(
            f"{len(examples)} products have {n_titles} different titles; at least {MIN_TITLES} are "
            "needed. Give each product a title that says what it is."
        )


def check_holdout_size(holdout: NDArray[np.bool_]) -> None:
    """Check that enough products are trained on, and enough held out.

    Args:
        holdout: True for held-out products, shape (n_products,).

    Raises:
        AdaptationError: One of the two sets is too small.
    """
    n_held_out = int(holdout.sum())
    n_trained = len(holdout) - n_held_out
    if n_trained < MIN_PRODUCTS // 2 or n_held_out < MIN_PRODUCTS // 10:
        raise AdaptationError(
            f"products that share a title or a group_id stay together, so {n_trained} would be "
            f"trained on and {n_held_out} held out; at least {MIN_PRODUCTS // 2} and "
            f"{MIN_PRODUCTS // 10} are needed. Do all products have one group_id?"
        )
