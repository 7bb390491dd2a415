"""Freezes today's answers: `python -m tests.frozen.freeze`, only when they are meant to change.

It writes `answers.json`, and `vectors.npz`, where only texts and photos that are asked for the
first time get new vectors: the others stay, on any machine. Look at the difference of
`answers.json` before it is committed: one line is one question.
"""

import sys
import tempfile
from pathlib import Path

import numpy as np

from tests.frozen.answers import Answers, answers, near_ties, write_golden
from tests.frozen.asked import asks
from tests.frozen.shops import living_encoder, open_shops
from tests.frozen.vectors import FILE, FrozenEncoder, read_vectors


def main() -> int:
    """Ask everything and write the golden files."""
    encoder = FrozenEncoder(living_encoder(), read_vectors(), may_ask=True)
    with tempfile.TemporaryDirectory() as folder, open_shops(encoder, Path(folder)) as shops:
        groups: Answers = {name: answers(shops, group) for name, group in asks().items()}
    write_golden(groups)
    np.savez_compressed(FILE, **encoder.as_arrays())  # type: ignore[arg-type]
    for name, group in groups.items():
        sys.stdout.write(f"{name}: {len(group)} questions, near ties: {near_ties(group)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
