"""Fuzzing: mutated inputs are accepted, or refused with a `ShopwindowError`."""

import random

import pytest

from benchmarks import mutations
from benchmarks.fuzz_values import TARGETS
from benchmarks.fuzzing import FuzzTarget, fuzz

N_INPUTS = 250


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_no_input_breaks_a_component(target: FuzzTarget) -> None:
    outcome = fuzz(target, N_INPUTS, seed=1)
    assert outcome.passed, outcome.examples
    assert 0 < outcome.n_refused < N_INPUTS  # neither too tame to be refused, nor only refused


def test_equal_seeds_give_equal_inputs() -> None:
    first, second = (mutations.mutate_bytes(random.Random(5), ["red dress"]) for _ in range(2))
    assert first == second
