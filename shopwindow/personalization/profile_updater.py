"""What a batch of events changes: profiles, histories, statistics and co-occurrences."""

import logging
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from shopwindow.personalization.catalog_items import CatalogItem, CatalogItems
from shopwindow.personalization.cooccurrence_rules import (
    CATEGORY_SUFFIX,
    COOCCURRENCE_RULES,
    PARENT_CATEGORY_SUFFIX,
)
from shopwindow.personalization.product_stats import (
    ALL_PRODUCTS,
    ENGAGEMENTS,
    IMPRESSIONS,
    EngagementStats,
    examination_probability,
    forward_decay_weight,
)
from shopwindow.personalization.profile_writes import OnlineStoreTransaction, ServedPositions
from shopwindow.ranking import (
    DAY_S,
    MINUTE_S,
    ComplementFeatures,
    Profile,
    ProfileInteraction,
    ProfileSettings,
)
from shopwindow.values import Event
from shopwindow.values.errors import ProfileError

LOG = logging.getLogger(__name__)

ENGAGEMENT_WEIGHTS = {"click": 1.0, "like": 1.0, "cart": 1.0, "purchase": 1.0, "return": -1.0}
"""What one interaction adds to a product's engagements; a return takes the purchase back."""

DEDUPLICATION_WINDOW_S = 30 * MINUTE_S
"""Repeated events within this time count once: they are reloads, or robots."""

SERVED_POSITIONS_TTL_S = DAY_S
MIN_EVENT_TIME_S = 631_152_000.0
"""1990: earlier times are taken to be of that year."""


class EventBatchProcessor:
    """Processes one batch of events into the online store.

    Args:
        transaction: Takes the changes.
        catalog: Looks up the products.
        settings: How interactions update profiles.
        now_s: Wall-clock time; events more than a day later are taken to be of tomorrow.
    """

    def __init__(
        self,
        transaction: OnlineStoreTransaction,
        catalog: CatalogItems,
        settings: ProfileSettings,
        now_s: float,
    ) -> None:
        self._latest_s = now_s + DAY_S
        self._transaction = transaction
        self._catalog = catalog
        self._settings = settings
        self._items: dict[str, CatalogItem] = {}
        self._profiles: dict[str, Profile] = {}
        self._engagement: defaultdict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
        self._pairs: Counter[tuple[str, str, str]] = Counter()
        self._occurrences: dict[tuple[str, str], float] = defaultdict(float)
        self._served_positions: dict[str, tuple[str, float, ServedPositions]] = {}

    def process(self, events: Sequence[Event]) -> None:
        """Process events in the order of the log.

        Raises:
            IndexStoreError: The products cannot be looked up.
        """
        self._items = self._catalog.get_items([event.product_id for event in events])
        for event in events:
            if event.kind == "impression":
                self._count_impression(event)
            elif not self._is_repeated(event):
                self._process_interaction(event)
        self._write(events)

    def _is_repeated(self, event: Event) -> bool:
        if not event.user_id:
            return False
        last = self._transaction.get_last_interaction_time(
            event.user_id, event.product_id, event.kind
        )
        return last is not None and abs(self._time_s(event) - last) < DEDUPLICATION_WINDOW_S

    def _time_s(self, event: Event) -> float:
        """Return an event's time within bounds: one wrong clock must not spoil all counts."""
        return min(max(event.time.timestamp(), MIN_EVENT_TIME_S), self._latest_s)

    def _count_impression(self, event: Event) -> None:
        if event.surface == "recent":  # products that were seen before tell nothing new
            return
        time_s = self._time_s(event)
        weight = examination_probability(event.position) * forward_decay_weight(time_s)
        self._engagement[event.product_id][0] += weight
        self._occurrences[ALL_PRODUCTS, IMPRESSIONS] += weight
        if event.query_id and event.user_id and event.position:
            positions = self._get_served_positions(event.query_id, event.user_id, time_s)
            positions[event.position] = event.product_id

    def _process_interaction(self, event: Event) -> None:
        time_s = self._time_s(event)
        weight = ENGAGEMENT_WEIGHTS.get(event.kind, 0.0) * forward_decay_weight(time_s)
        if weight:
            self._engagement[event.product_id][1] += weight
            self._occurrences[ALL_PRODUCTS, ENGAGEMENTS] += weight
        if not event.user_id:
            return
        self._update_profile(event.user_id, event.product_id, event.kind, time_s)
        self._count_skipped(event, time_s)
        self._count_cooccurrences(event, time_s)
        self._transaction.set_interaction(event.user_id, event.product_id, event.kind, time_s)

    def _update_profile(self, user_id: str, product_id: str, kind: str, time_s: float) -> None:
        item = self._items.get(product_id)
        if item is None:  # the product was deleted, or never existed: nothing to learn from
            return
        profile = self._profiles.get(user_id) or self._load_profile(user_id)
        vector = self._catalog.stack_vectors([item])[0]
        interaction = ProfileInteraction(product_id, kind, time_s, vector, item.attributes)
        self._profiles[user_id] = profile.with_interaction(interaction, self._settings)

    def _load_profile(self, user_id: str) -> Profile:
        try:
            profile = self._transaction.get_profile(user_id)
        except ProfileError:  # a damaged profile must not keep the others from being updated
            LOG.warning("profile of %r cannot be read; a new one begins", user_id, exc_info=True)
            profile = None
        return profile or Profile.empty(self._catalog.encoder_id, self._catalog.dim)

    def _count_skipped(self, event: Event, time_s: float) -> None:
        """Count products above a clicked one that were not clicked as skipped, in the profile.

        Source: "click > skip above"; Joachims et al., Accurately Interpreting Clickthrough Data as
            Implicit Feedback (2005).
        """
        if not event.query_id or event.position <= 0:
            return
        positions = self._get_served_positions(event.query_id, event.user_id, time_s)
        positions.pop(event.position, None)
        if event.kind != "click":
            return
        above = sorted(position for position in positions if position < event.position)
        skipped = {positions.pop(position) for position in above} - {event.product_id}
        self._load_items(skipped)
        for product_id in sorted(skipped):
            self._update_profile(event.user_id, product_id, "impression", time_s)

    def _count_cooccurrences(self, event: Event, time_s: float) -> None:
        """Count the products of the visitor's recent interactions as partners of this one."""
        product_id = event.product_id
        for kind, rule in COOCCURRENCE_RULES.items():
            if event.kind not in rule.event_kinds:
                continue
            recent = self._transaction.get_interactions_since(event.user_id, time_s - rule.window_s)
            earlier_ids = [
                earlier_id
                for earlier_id, earlier_kind, earlier_s in recent
                if earlier_kind in rule.event_kinds and earlier_s <= time_s
            ]
            if product_id in earlier_ids:
                continue  # a click and then a cart is one occurrence
            partner_ids = list(dict.fromkeys(earlier_ids))[: rule.max_partners]
            self._count_partners(kind, product_id, partner_ids)
            if rule.counts_categories:
                self._count_category_partners(kind, product_id, partner_ids)

    def _count_partners(self, kind: str, name: str, partner_ids: Sequence[str]) -> None:
        self._occurrences[kind, name] += 1
        if not partner_ids:
            self._occurrences[kind, ""] += 1
        for partner in partner_ids:
            self._count_pair(kind, name, partner)

    def _count_pair(self, kind: str, name: str, partner: str) -> None:
        self._pairs[kind, name, partner] += 1
        self._pairs[kind, partner, name] += 1

    def _count_category_partners(
        self, rule_name: str, product_id: str, partner_ids: Sequence[str]
    ) -> None:
        """Count the product's category, and its parent, as one more in a basket of others."""
        self._load_items((product_id, *partner_ids))
        product_ids = (product_id, *partner_ids)
        basket = [
            ComplementFeatures.from_product(self._items[member_id].product)
            for member_id in product_ids
            if member_id in self._items
        ]
        if not basket or basket[0].product_id != product_id:
            return
        for suffix, name in (
            (CATEGORY_SUFFIX, "category"),
            (PARENT_CATEGORY_SUFFIX, "parent_category"),
        ):
            category, *partner_categories = (str(getattr(features, name)) for features in basket)
            self._count_category(f"{rule_name}{suffix}", category, partner_categories)

    def _count_category(
        self, rule_name: str, category: str, partner_categories: Sequence[str]
    ) -> None:
        """Count a category that joins a basket: with each other one, and once with itself."""
        if not category:
            return
        n_same = partner_categories.count(category)
        if n_same == 1:
            self._pairs[rule_name, category, category] += 1
        if n_same:
            return
        self._occurrences[rule_name, category] += 1
        for partner in dict.fromkeys(partner for partner in partner_categories if partner):
            self._count_pair(rule_name, category, partner)

    def _load_items(self, product_ids: Iterable[str]) -> None:
        missing = [product_id for product_id in product_ids if product_id not in self._items]
        self._items |= self._catalog.get_items(missing) if missing else {}

    def _get_served_positions(self, query_id: str, user_id: str, time_s: float) -> ServedPositions:
        if query_id not in self._served_positions:
            self._served_positions[query_id] = (
                user_id,
                time_s,
                self._transaction.get_served_positions(query_id),
            )
        return self._served_positions[query_id][2]

    def _write(self, events: Sequence[Event]) -> None:
        transaction = self._transaction
        transaction.set_profiles(self._profiles)
        transaction.prune_interactions({event.user_id for event in events if event.user_id})
        transaction.add_engagement_stats(
            {product_id: EngagementStats(*sums) for product_id, sums in self._engagement.items()}
        )
        transaction.add_cooccurrences(self._pairs)
        transaction.add_occurrences(self._occurrences)
        for query_id, (user_id, time_s, positions) in self._served_positions.items():
            transaction.set_served_positions(query_id, user_id, time_s, positions)
        interaction_times = [self._time_s(event) for event in events if event.kind != "impression"]
        if interaction_times:
            transaction.set_last_event_time(max(interaction_times))
        if events:
            transaction.prune_served_positions(
                max(map(self._time_s, events)) - SERVED_POSITIONS_TTL_S
            )
