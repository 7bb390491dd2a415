"""Fuzzing: 200 mutated feeds of each format (`benchmarks.fuzz_feeds` runs ten thousand)."""

import pytest

from benchmarks.fuzz_feeds import TARGETS, VALID, read_feed
from benchmarks.fuzzing import FuzzTarget, fuzz


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_mutated_feeds_are_read_or_refused(target: FuzzTarget) -> None:
    outcome = fuzz(target, 200, seed=7)
    assert outcome.passed, outcome.examples
    assert 0 < outcome.n_refused < outcome.n_inputs


@pytest.mark.parametrize("kind", VALID)
def test_the_unmutated_feeds_are_read_completely(kind: str) -> None:
    assert read_feed(*VALID[kind]) in {3, 4}
