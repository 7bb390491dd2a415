"""Metrics agree with ir_measures and with sums by hand, and their names parse back."""

import math

import ir_measures
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopwindow.evaluation.measures import Grades, Ranking, parse_measure
from shopwindow.values.errors import InvalidValueError

REFERENCE_MEASURES = {
    "nDCG@10": ir_measures.nDCG @ 10,
    "nDCG@3": ir_measures.nDCG @ 3,
    "nDCG": ir_measures.nDCG,
    "MAP@10": ir_measures.AP @ 10,
    "MAP": ir_measures.AP,
    "MAP(rel=2)@5": ir_measures.AP(rel=2) @ 5,
    "MRR": ir_measures.RR,
    "MRR@4": ir_measures.RR @ 4,
    "recall@5": ir_measures.R @ 5,
    "recall(rel=3)@5": ir_measures.R(rel=3) @ 5,
    "precision@5": ir_measures.P @ 5,
    "success@5": ir_measures.Success @ 5,
}
PRODUCTS = [f"p{n}" for n in range(12)]


def compute_reference(name: str, ranking: Ranking, grades: Grades) -> float:
    run = [
        ir_measures.ScoredDoc("q", product_id, float(len(ranking) - index))
        for index, product_id in enumerate(ranking)
    ]
    qrels = [ir_measures.Qrel("q", product_id, int(grade)) for product_id, grade in grades.items()]
    measure = REFERENCE_MEASURES[name]
    return float(ir_measures.calc_aggregate([measure], qrels, run)[measure])


@pytest.mark.parametrize("name", REFERENCE_MEASURES)
@given(data=st.data())
def test_metrics_equal_those_of_ir_measures(name: str, data: st.DataObject) -> None:
    ranking = data.draw(st.permutations(PRODUCTS).map(lambda ids: list(ids)[:9]))
    judged = data.draw(st.lists(st.sampled_from([*PRODUCTS, "unseen"]), unique=True, min_size=1))
    grades = {product_id: float(data.draw(st.integers(0, 3))) for product_id in judged}
    expected = compute_reference(name, ranking, grades)
    assert parse_measure(name).compute(ranking, grades) == pytest.approx(expected, abs=1e-9)


def test_ndcg_with_custom_gains_equals_a_sum_by_hand() -> None:
    measure = parse_measure("nDCG(gains=0|0.01|0.1|1)@2")
    grades = {"exact": 3.0, "substitute": 2.0, "wrong": 0.0}
    ideal = 1 + 0.1 / math.log2(3)
    assert measure.compute(["substitute", "exact"], grades) == pytest.approx(
        (0.1 + 1 / math.log2(3)) / ideal
    )
    assert measure.compute(["exact", "substitute"], grades) == 1.0
    assert measure.compute(["wrong", "unknown", "exact"], grades) == 0.0


@pytest.mark.parametrize("grade", [4.0, 0.5])
def test_a_grade_without_a_gain_is_refused(grade: float) -> None:
    with pytest.raises(InvalidValueError, match="from 0 to 3"):
        parse_measure("nDCG(gains=0|0.01|0.1|1)@2").compute(["a"], {"a": grade})


def test_empty_rankings_and_queries_without_relevant_products_score_zero() -> None:
    assert parse_measure("zero").compute([], {"a": 1.0}) == 1.0
    assert parse_measure("zero").compute(["b"], {"a": 1.0}) == 0.0
    for name in REFERENCE_MEASURES:
        assert parse_measure(name).compute(["a"], {"a": 0.0}) == 0.0
        assert parse_measure(name).compute([], {"a": 3.0}) == 0.0


@pytest.mark.parametrize("name", [*REFERENCE_MEASURES, "zero", "nDCG(gains=0|0.01|0.1|1)@10"])
def test_names_parse_back(name: str) -> None:
    measure = parse_measure(name)
    assert str(measure) == name
    assert parse_measure(str(measure).upper()) == measure


@pytest.mark.parametrize(
    "name",
    [
        "",
        "ndgc@10",
        "nDCG@",
        "nDCG@ten",
        "nDCG@-1",
        "MAP(gains=0|1)",
        "MAP(low=1)",
        "zero(rel=1)",
        "nDCG(gains=0|)",
        "nDCG(gains=..)@3",
        "nDCG@10@10",
        "recall@5 recall@9",
    ],
)
def test_invalid_names_are_refused(name: str) -> None:
    with pytest.raises(InvalidValueError, match="measure"):
        parse_measure(name)
