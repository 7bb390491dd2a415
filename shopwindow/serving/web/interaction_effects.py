"""What an interaction changed: compares the hits and interests before and after it."""

from collections.abc import Sequence

from shopwindow.serving.web.view_model import View
from shopwindow.serving.web.visitor_state import InteractionEffect, InterestChange
from shopwindow.values import EventKind, Interest, UserProfileView


def compare_views(kind: EventKind, product_id: str, before: View, after: View) -> InteractionEffect:
    """Return what an interaction changed in what its visitor is shown.

    Args:
        kind: Kind of the interaction.
        product_id: The product that it was with.
        before: The view that it was done on.
        after: The view reloaded; on another screen only the interests are compared.
    """
    change = find_interest_change(product_id, before.visitor.profile, after.visitor.profile)
    if before.similar_to != after.similar_to or before.visitor.tab != after.visitor.tab:
        return InteractionEffect(kind, interest_change=change)
    old_ranks = _rank_products(before)
    new_ranks = _rank_products(after)
    n_new = sum(shown_id not in old_ranks for shown_id in new_ranks)
    n_moved = sum(
        shown_id in old_ranks and old_ranks[shown_id] != rank
        for shown_id, rank in new_ranks.items()
    )
    return InteractionEffect(kind, len(new_ranks), n_new, n_moved, change)


def _rank_products(view: View) -> dict[str, int]:
    return {hit.product.id: rank for rank, hit in enumerate(view.hits)}


def find_interest_change(
    product_id: str, before: UserProfileView | None, after: UserProfileView | None
) -> InterestChange | None:
    """Return how the interest or dislike changed that a product belongs to; None without one.

    Args:
        product_id: The product.
        before: Profile before the interaction; None for an anonymous visitor.
        after: Profile after it.
    """
    if after is None:
        return None
    previous = before or UserProfileView(after.user_id)
    for is_dislike, interests, previous_interests in (
        (False, after.interests, previous.interests),
        (True, after.dislikes, previous.dislikes),
    ):
        for interest in interests:
            if product_id in _get_product_ids(interest):
                match = _find_previous(interest, previous_interests)
                share = None if match is None else match.weight
                return InterestChange(interest.products[0], interest.weight, share, is_dislike)
    return None


def _find_previous(interest: Interest, previous: Sequence[Interest]) -> Interest | None:
    """Return the previous interest that shares most products with one; None when none does."""
    product_ids = _get_product_ids(interest)

    def count_shared(candidate: Interest) -> int:
        return len(product_ids & _get_product_ids(candidate))

    best = max(previous, key=count_shared, default=None)
    return best if best is not None and count_shared(best) else None


def _get_product_ids(interest: Interest) -> set[str]:
    return {product.id for product in interest.products}
