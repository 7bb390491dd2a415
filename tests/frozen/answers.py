"""Answers as the golden file has them, and what differs between two of them."""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeAlias

from shopwindow.values import SearchResponse
from shopwindow.values.response import Hit
from tests.frozen.asked import Ask
from tests.frozen.shops import Shops

GOLDEN = Path(__file__).with_name("answers.json")
DIGITS = 6
STEP = 1.5 * 10**-DIGITS
"""Rounded numbers may differ by one in the last digit, so that none sits on an edge."""

USUAL: Mapping[str, Any] = {"is_confident": True, "facet_scope": "catalog"}
"""Values that are left out of the golden file, beside empty ones."""

Answer: TypeAlias = dict[str, Any]
Answers: TypeAlias = dict[str, dict[str, Answer]]
"""By group and by the question's name."""


def answer(response: SearchResponse) -> Answer:
    """Return what stays the same of a page: no query id, no times, no cursor.

    The products are told by id alone. What is empty or usual is left out, so that lines stay short.
    """
    told = {
        "hits": [_hit(hit) for hit in response.hits],
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
    kept = {
        name: v for name, v in told.items() if name == "hits" or v != USUAL.get(name, type(v)())
    }
    found: Answer = json.loads(json.dumps(kept))
    return found


def _hit(hit: Hit) -> list[Any]:
    """Return id, score and parts of a hit, and the rest that is not as usual."""
    parts = {name: _rounded(part) for name, part in hit.contributions.items()}
    rest = {
        "variants": hit.n_variants if hit.n_variants != 1 else 0,
        "before": hit.retrieval_rank,
        "words": list(hit.matched_words),
        "rules": list(hit.rules),
        "chance": 0 if hit.propensity in {None, 1.0} else _rounded(hit.propensity or 0.0),
    }
    return [
        hit.product.id,
        _rounded(hit.score),
        dict(sorted(parts.items())),
        {name: value for name, value in rest.items() if value},
    ]


def _rounded(number: float) -> float:
    return round(number, DIGITS) + 0.0  # no -0.0


def answers(shops: Shops, asks: Sequence[Ask]) -> dict[str, Answer]:
    """Ask and return the answers by name.

    Raises:
        ValueError: Two questions have one name.
    """
    if len({ask.name for ask in asks}) != len(asks):
        raise ValueError("two questions have one name")
    return {ask.name: answer(ask.of(shops)) for ask in asks}


def differences(golden: Mapping[str, Answer], found: Mapping[str, Answer]) -> dict[str, list[str]]:
    """Return what differs, by the question's name; questions without difference are not in it."""
    lines = {
        name: list(_differing("", golden.get(name), found.get(name)))
        for name in dict.fromkeys([*golden, *found])
    }
    return {name: changes for name, changes in lines.items() if changes}


def _differing(where: str, golden: Any, found: Any) -> Iterator[str]:
    if isinstance(golden, dict) and isinstance(found, dict):
        for name in dict.fromkeys([*golden, *found]):
            yield from _differing(f"{where} {name}".strip(), golden.get(name), found.get(name))
    elif isinstance(golden, list) and isinstance(found, list):
        for at in range(max(len(golden), len(found))):
            one, other = (values[at] if at < len(values) else None for values in (golden, found))
            yield from _differing(f"{where}[{at}]", one, other)
    elif not _is_equal(golden, found):
        yield f"{where}: was {golden!r}, is {found!r}"


def _is_equal(golden: Any, found: Any) -> bool:
    if isinstance(golden, float) and isinstance(found, float):
        return math.isclose(golden, found, rel_tol=STEP, abs_tol=STEP)
    return bool(golden == found)


def near_ties(golden: Mapping[str, Answer], least: float = 1e-5) -> list[str]:
    """Return the questions in which two neighbours' scores are nearly, but not quite, equal.

    On another processor they could change places.
    """
    found = []
    for name, response in golden.items():
        scores = [hit[1] for hit in response["hits"]]
        gaps = [before - other for before, other in pairwise(scores)]
        if any(0 < abs(gap) < least for gap in gaps):
            found.append(name)
    return found


def read_golden() -> Answers:
    """Return the golden answers."""
    found: Answers = json.loads(GOLDEN.read_text(encoding="utf-8"))
    return found


def write_golden(groups: Answers) -> None:
    """Write the golden file: one line for each question, keys in order."""
    parts = []
    for group, responses in groups.items():
        lines = [f"{_json(name)}: {_json(responses[name])}" for name in sorted(responses)]
        parts.append(f"{_json(group)}: {{\n" + ",\n".join(lines) + "\n}")
    GOLDEN.write_text("{\n" + ",\n".join(parts) + "\n}\n", encoding="utf-8")


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
