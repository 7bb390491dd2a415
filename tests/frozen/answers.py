"""Responses in the form of the golden file, and the differences between two of them."""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeAlias

from shopwindow.values import SearchResponse
from shopwindow.values.response import Hit
from tests.frozen.questions import Question
from tests.frozen.shops import Shops

GOLDEN = Path(__file__).with_name("answers.json")
DIGITS = 6
TOLERANCE = 1.5 * 10**-DIGITS
"""Rounded numbers may differ by one in the last digit, whichever side of a half they fall on."""

DEFAULTS: Mapping[str, Any] = {"is_confident": True, "facet_scope": "catalog"}
"""Values that are left out of the golden file, as empty ones are."""

Answer: TypeAlias = dict[str, Any]
Answers: TypeAlias = dict[str, dict[str, Answer]]
"""By group and by the question's name."""


def to_answer(response: SearchResponse) -> Answer:
    """Return the reproducible part of a response: no query id, no times, no cursor.

    Products are represented by their ids. Empty and default values are left out to keep lines
    short.
    """
    values = {
        "hits": [_to_row(hit) for hit in response.hits],
        "facets": {name: dict(counts) for name, counts in response.facets.items()},
        "facet_scope": response.facet_scope,
        "price_buckets": [
            [bucket.low, bucket.high, bucket.count] for bucket in response.price_buckets
        ],
        "has_more": bool(response.next_cursor),
        "interpretations": [
            [i.kind, i.text, i.value, i.is_filter] for i in response.interpretations
        ],
        "relaxed": list(response.relaxed),
        "n_below_cutoff": response.n_below_cutoff,
        "n_collapsed": response.n_collapsed,
        "is_confident": response.is_confident,
        "rules": list(response.rules),
        "redirect": response.redirect,
    }
    telling = {
        name: value
        for name, value in values.items()
        if name == "hits" or value != DEFAULTS.get(name, type(value)())
    }
    answer: Answer = json.loads(json.dumps(telling))
    return answer


def _to_row(hit: Hit) -> list[Any]:
    """Return id, score and contributions of a hit, and its other values that are not defaults."""
    contributions = {name: _round(value) for name, value in hit.contributions.items()}
    others = {
        "variants": hit.n_variants if hit.n_variants != 1 else 0,
        "before": hit.retrieval_rank,
        "words": list(hit.matched_words),
        "rules": list(hit.rules),
        "chance": 0 if hit.propensity in {None, 1.0} else _round(hit.propensity or 0.0),
    }
    return [
        hit.product.id,
        _round(hit.score),
        dict(sorted(contributions.items())),
        {name: value for name, value in others.items() if value},
    ]


def _round(number: float) -> float:
    return round(number, DIGITS) + 0.0  # no -0.0


def collect_answers(shops: Shops, questions: Sequence[Question]) -> dict[str, Answer]:
    """Ask the questions and return their answers by name.

    Raises:
        ValueError: Two questions have the same name.
    """
    if len({question.name for question in questions}) != len(questions):
        raise ValueError("expected unique names of questions, got two of one name; rename one")
    return {question.name: to_answer(question.ask(shops)) for question in questions}


def find_differences(
    golden: Mapping[str, Answer], current: Mapping[str, Answer]
) -> dict[str, list[str]]:
    """Return the differences by question; questions without any are left out."""
    changes_by_name = {
        name: list(_compare("", golden.get(name), current.get(name)))
        for name in dict.fromkeys([*golden, *current])
    }
    return {name: changes for name, changes in changes_by_name.items() if changes}


def _compare(path: str, golden: Any, current: Any) -> Iterator[str]:
    """Yield one line for each value that differs, with its path."""
    if isinstance(golden, dict) and isinstance(current, dict):
        for name in dict.fromkeys([*golden, *current]):
            yield from _compare(f"{path} {name}".strip(), golden.get(name), current.get(name))
    elif isinstance(golden, list) and isinstance(current, list):
        for i in range(max(len(golden), len(current))):
            before, after = (values[i] if i < len(values) else None for values in (golden, current))
            yield from _compare(f"{path}[{i}]", before, after)
    elif not _is_equal(golden, current):
        yield f"{path}: was {golden!r}, is {current!r}"


def _is_equal(golden: Any, current: Any) -> bool:
    if isinstance(golden, float) and isinstance(current, float):
        return math.isclose(golden, current, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
    return bool(golden == current)


def find_near_ties(answers: Mapping[str, Answer], least: float = 1e-5) -> list[str]:
    """Return the questions with two neighbouring scores that are nearly, but not quite, equal.

    On another processor these hits could swap.
    """
    names = []
    for name, answer in answers.items():
        scores = [hit[1] for hit in answer["hits"]]
        gaps = [before - after for before, after in pairwise(scores)]
        if any(0 < abs(gap) < least for gap in gaps):
            names.append(name)
    return names


def read_golden() -> Answers:
    """Return the golden answers."""
    golden: Answers = json.loads(GOLDEN.read_text(encoding="utf-8"))
    return golden


def write_golden(groups: Answers) -> None:
    """Write the golden file: one line for each question, keys sorted."""
    sections = []
    for group, answers in groups.items():
        lines = [f"{_to_json(name)}: {_to_json(answers[name])}" for name in sorted(answers)]
        sections.append(f"{_to_json(group)}: {{\n" + ",\n".join(lines) + "\n}")
    GOLDEN.write_text("{\n" + ",\n".join(sections) + "\n}\n", encoding="utf-8")


def _to_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
