"""What must hold before minutes are spent on learning."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from embed.finetuning.training_catalog import Lesson
from embed.folder_spec import FACTS
from shopwindow.values.errors import AdaptError

MIN_PRODUCTS = 200
MIN_TITLES = 100


def check_folder(folder: Path) -> None:
    """Check that the folder may take a new encoder.

    Raises:
        AdaptError: Something is there already.
    """
    if folder.exists() and not folder.is_dir():
        raise AdaptError(f"{folder} is a file; give a folder")
    if (folder / FACTS).is_file():
        raise AdaptError(f"{folder} holds an encoder, which an index may need; give a new folder")
    if folder.is_dir() and any(folder.iterdir()):
        raise AdaptError(f"{folder} holds other things; give a new folder")


def check_enough(lessons: Sequence[Lesson], message: str) -> None:
    """Check that there are enough products and titles.

    Args:
        lessons: What there is.
        message: What to say of too few; `{}` stands for their number.

    Raises:
        AdaptError: There are too few.
    """
    if len(lessons) < MIN_PRODUCTS:
        raise AdaptError(
            f"{message.format(len(lessons))}; {MIN_PRODUCTS} are the least to learn from"
        )
    n_titles = len({lesson.title_key for lesson in lessons})
    if n_titles < MIN_TITLES:
        raise AdaptError(
            f"{len(lessons)} products have {n_titles} different titles; {MIN_TITLES} are the "
            "least to learn from. Titles that say what each product is make the difference."
        )


def check_parts(back: NDArray[np.bool_]) -> None:
    """Check that enough is learned from, and enough held back.

    Raises:
        AdaptError: One of both is too small.
    """
    n_unseen = int(back.sum())
    n_trained = len(back) - n_unseen
    if n_trained < MIN_PRODUCTS // 2 or n_unseen < MIN_PRODUCTS // 10:
        raise AdaptError(
            f"products that share a title or a group_id stay together, and so {n_trained} would be "
            f"learned from and {n_unseen} held back; at least {MIN_PRODUCTS // 2} and "
            f"{MIN_PRODUCTS // 10} are needed. Do all products have one group_id?"
        )
