"""Whatever is typed or handed over is answered, or refused by an error of our own."""

import random

import pytest

from benchmarks import mutations
from benchmarks.fuzz_values import TARGETS
from benchmarks.fuzzing import FuzzTarget, fuzz

N_INPUTS = 250


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_no_input_breaks_a_part(target: FuzzTarget) -> None:
    outcome = fuzz(target, N_INPUTS, seed=1)
    assert outcome.passed, outcome.examples
    assert 0 < outcome.n_refused < N_INPUTS  # neither too tame to be refused, nor only refused


def test_equal_seeds_make_equal_inputs() -> None:
    first, second = (mutations.data(random.Random(5), ["red dress"]) for _ in range(2))
    assert first == second
