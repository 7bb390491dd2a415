"""Damaged photos are decoded or rejected by name, within two seconds of CPU time."""

from benchmarks.fuzz_photos import TARGETS
from benchmarks.fuzzing import fuzz


def test_damaged_photos_are_decoded_or_rejected() -> None:
    for target in TARGETS:
        outcome = fuzz(target, 300, seed=5)
        assert outcome.passed, outcome.examples
        assert 0 < outcome.n_refused < outcome.n_inputs
