"""What is known of a visitor, told in products, words and prices."""

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import numpy as np

from shopwindow.personalization import People, Visitor
from shopwindow.ranking.interests import Interests
from shopwindow.ranking.product_attributes import FIELDS
from shopwindow.ranking.profile import Profile
from shopwindow.values.profile_view import Deed, Interest, Person, PriceTaste

MAX_PRODUCTS = 6
MAX_VALUES = 8
MAX_DEEDS = 50
_LEAST_SHARE = 0.01


def person_of(people: People, visitor: Visitor) -> Person:
    """Return what is known of a visitor as it is shown to them.

    Args:
        people: Knows the products.
        visitor: The visitor.
    """
    known = people.catalogue.known([each.product_id for each in visitor.touched])
    deeds = tuple(
        Deed(each.kind, known[each.product_id].product, datetime.fromtimestamp(each.time_s, UTC))
        for each in visitor.touched[:MAX_DEEDS]
        if each.product_id in known
    )
    if visitor.profile is None:
        return Person(visitor.user_id, deeds=deeds)
    profile = visitor.profile.at(people.now(), people.settings)
    liked = [e.product_id for e in visitor.touched if e.kind != "hide"]
    disliked = [e.product_id for e in visitor.touched if e.kind == "hide"]
    return Person(
        visitor.user_id,
        profile.n_touches,
        _interests(people, profile.interests, liked),
        _interests(people, profile.dislikes, disliked),
        _tastes(people, profile),
        _prices(people, profile),
        deeds,
    )


def _interests(
    people: People, interests: Interests, touched: Sequence[str]
) -> tuple[Interest, ...]:
    """Return interests with what was touched of each: it belongs to the nearest one."""
    weights = interests.weights(people.settings.session_share)
    if not len(interests) or weights.sum() <= 0:
        return ()
    ids = list(dict.fromkeys([*interests.medoids, *touched]))
    known = people.catalogue.known(ids)
    several = [known[each] for each in ids if each in known]
    cosines = people.catalogue.rows(several) @ interests.directions().T  # (n_products, n)
    belongs = cosines.max(axis=1) >= people.settings.joins_from
    nearest = cosines.argmax(axis=1)
    shares = weights / weights.sum()
    found: list[Interest] = []
    for n in np.argsort(-shares, kind="stable").tolist():
        medoid = interests.medoids[n]
        places = np.flatnonzero(belongs & (nearest == n)).tolist()
        products = [several[place].product for place in places]
        products = [p for p in products if p.id == medoid] + [p for p in products if p.id != medoid]
        if products and shares[n] >= _LEAST_SHARE:
            last = datetime.fromtimestamp(float(interests.last_s[n]), UTC)
            found.append(Interest(float(shares[n]), tuple(products[:MAX_PRODUCTS]), last))
    return tuple(found)


def _tastes(people: People, profile: Profile) -> Mapping[str, Mapping[str, float]]:
    found: dict[str, Mapping[str, float]] = {}
    for name in FIELDS:
        shares = profile.tastes.shares(name, people.settings.shrink)
        best = sorted(shares.items(), key=lambda item: (-item[1], item[0]))[:MAX_VALUES]
        if best:
            found[name] = dict(best)
    return found


def _prices(people: People, profile: Profile) -> Mapping[str, PriceTaste]:
    """Return what is usually paid, and one standard deviation below and above."""
    found: dict[str, PriceTaste] = {}
    for currency, taste in profile.tastes.prices.items():
        off = math.sqrt(taste.variance(people.settings))
        low, typical, high = (math.exp(taste.mean + n * off) for n in (-1, 0, 1))
        found[currency] = PriceTaste(low, typical, high)
    return found
