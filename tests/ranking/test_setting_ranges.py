"""Settings of rankers: the last value that is accepted, and the first that is not."""

import math
from typing import Any

import pytest

from shopwindow.ranking import ComplementWeights, EngagementPrior, ProfileSettings
from shopwindow.ranking.co_engagement import CoEngagementSettings
from shopwindow.values.errors import InvalidValueError

TINY, INF, NAN = 5e-324, math.inf, math.nan
NEXT_TO_ONE = math.nextafter(1.0, 0.0)
POSITIVE = ((TINY,), (0.0, -1.0, NAN))
NOT_NEGATIVE = ((0.0,), (-TINY, NAN))
AT_LEAST_ONE = ((1,), (0, -1))
SHARE = ((0.0, 1.0), (-TINY, math.nextafter(1.0, 2.0), NAN))

RANGES: tuple[tuple[type, str, tuple[tuple[float, ...], tuple[float, ...]]], ...] = (
    (CoEngagementSettings, "n_recent", AT_LEAST_ONE),
    (CoEngagementSettings, "half_life_products", POSITIVE),
    (CoEngagementSettings, "asymmetry", SHARE),
    (CoEngagementSettings, "shrinkage", ((0.0, 1e308), (-TINY, INF, NAN))),
    (EngagementPrior, "mean", ((TINY, NEXT_TO_ONE), (0.0, 1.0, NAN))),
    (EngagementPrior, "strength", POSITIVE),
    (ComplementWeights, "co_purchase", ((0.0, 1e308), (-TINY, INF, NAN))),
    (ComplementWeights, "basket_shrinkage", ((TINY,), (0.0, INF))),
    (ComplementWeights, "category_shrinkage", ((TINY,), (0.0, INF))),
    (ComplementWeights, "basket_half_weight", ((TINY,), (0.0, INF))),
    (ProfileSettings, "n_interests", AT_LEAST_ONE),
    (ProfileSettings, "n_dislikes", AT_LEAST_ONE),
    (ProfileSettings, "max_values_per_field", AT_LEAST_ONE),
    (ProfileSettings, "half_life_s", POSITIVE),
    (ProfileSettings, "session_half_life_s", POSITIVE),
    (ProfileSettings, "shrinkage", POSITIVE),
    (ProfileSettings, "log_price_deviation", POSITIVE),
    (ProfileSettings, "forget_cost", NOT_NEGATIVE),
    (ProfileSettings, "session_boost", NOT_NEGATIVE),
    (ProfileSettings, "saturation_share", ((TINY, 1.0), (0.0, math.nextafter(1.0, 2.0), NAN))),
    (ProfileSettings, "preference_weight", SHARE),
)


@pytest.mark.parametrize(
    ("kind", "name", "values"), RANGES, ids=[f"{kind.__name__}.{name}" for kind, name, _ in RANGES]
)
def test_a_range_includes_its_ends_and_nothing_beyond(
    kind: Any, name: str, values: tuple[tuple[float, ...], tuple[float, ...]]
) -> None:
    accepted, rejected = values
    for value in accepted:
        assert getattr(kind(**{name: value}), name) == value
    for value in rejected:
        with pytest.raises(InvalidValueError, match=name):
            kind(**{name: value})
