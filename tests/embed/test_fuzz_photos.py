"""Damaged photos are answered or refused by name, within two seconds of a processor."""

from benchmarks.fuzz_photos import TARGETS
from benchmarks.fuzzing import fuzz


def test_damaged_photos_are_answered_or_refused() -> None:
    for target in TARGETS:
        outcome = fuzz(target, 300, seed=5)
        assert outcome.passed, outcome.examples
        assert 0 < outcome.n_refused < outcome.n_inputs
