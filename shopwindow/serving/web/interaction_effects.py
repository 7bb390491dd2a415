"""What came of what a visitor did: the products and interests before and after it."""

from collections.abc import Sequence

from shopwindow.serving.web.view_model import View
from shopwindow.serving.web.visitor_state import InteractionEffect, InterestChange
from shopwindow.values.event import EventKind
from shopwindow.values.profile_view import Interest, UserProfileView


def compare_views(kind: EventKind, product_id: str, before: View, after: View) -> InteractionEffect:
    """Return what a visitor's deed changed in what is shown to them.

    Args:
        kind: What they did.
        product_id: With which product.
        before: The view in which they did it.
        after: The same, shown anew; another screen only tells of interests.
    """
    shift = find_interest_change(product_id, before.visitor.profile, after.visitor.profile)
    if before.similar_to != after.similar_to or before.visitor.tab != after.visitor.tab:
        return InteractionEffect(kind, interest_change=shift)
    places = {hit.product.id: place for place, hit in enumerate(before.hits)}
    now = {hit.product.id: place for place, hit in enumerate(after.hits)}
    n_new = sum(each not in places for each in now)
    n_moved = sum(each in places and places[each] != place for each, place in now.items())
    return InteractionEffect(kind, len(now), n_new, n_moved, shift)


def find_interest_change(
    product_id: str, before: UserProfileView | None, after: UserProfileView | None
) -> InterestChange | None:
    """Return how the interest, or dislike, changed that a product belongs to; None without one."""
    if after is None:
        return None
    old = before or UserProfileView(after.user_id)
    for is_dislike, now, earlier in (
        (False, after.interests, old.interests),
        (True, after.dislikes, old.dislikes),
    ):
        for each in now:
            if product_id in _ids(each):
                was = _same(each, earlier)
                share = None if was is None else was.weight
                return InterestChange(each.products[0], each.weight, share, is_dislike)
    return None


def _same(interest: Interest, earlier: Sequence[Interest]) -> Interest | None:
    """Return what an interest was before: what shares most products with it."""
    own = _ids(interest)
    best = max(earlier, key=lambda each: len(own & _ids(each)), default=None)
    return best if best is not None and own & _ids(best) else None


def _ids(interest: Interest) -> set[str]:
    return {each.id for each in interest.products}
