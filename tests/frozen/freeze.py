"""Freezes the current answers: `python -m tests.frozen.freeze`, when they are meant to change.

It writes `answers.json`, and `vectors.npz`, in which only new texts and photos get new vectors: the
others stay, on any machine. Review the diff of `answers.json` before committing it: one line is one
question.
"""

import sys
import tempfile
from pathlib import Path

import numpy as np

from tests.frozen.answers import Answers, collect_answers, find_near_ties, write_golden
from tests.frozen.questions import list_questions
from tests.frozen.shops import load_live_encoder, open_shops
from tests.frozen.vectors import FILE, FrozenEncoder, read_vectors


def main() -> int:
    """Ask everything and write the golden files."""
    encoder = FrozenEncoder(load_live_encoder(), read_vectors(), may_encode=True)
    with tempfile.TemporaryDirectory() as folder, open_shops(encoder, Path(folder)) as shops:
        groups: Answers = {
            name: collect_answers(shops, questions) for name, questions in list_questions().items()
        }
    write_golden(groups)
    np.savez_compressed(FILE, **encoder.as_arrays())  # type: ignore[arg-type]
    for name, answers in groups.items():
        sys.stdout.write(
            f"{name}: {len(answers)} questions, near ties: {find_near_ties(answers)}\n"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
