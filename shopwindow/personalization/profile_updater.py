"""What a batch of events teaches: profiles, histories, counts, and what belongs together."""

import logging
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from shopwindow.personalization.catalog_items import CatalogItem, CatalogItems
from shopwindow.personalization.co_occurrence import (
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
from shopwindow.ranking import ComplementFeatures, Profile, ProfileInteraction, ProfileSettings
from shopwindow.ranking.profile_settings import DAY_S, MINUTE_S
from shopwindow.values.errors import ProfileError
from shopwindow.values.event import Event

LOG = logging.getLogger(__name__)

ENGAGEMENT_KINDS = ("click", "like", "cart", "purchase")
DEDUPLICATION_WINDOW_S = 30 * MINUTE_S
"""The same thing done again within this time counts once: it is a reload, or a robot."""

SERVED_POSITIONS_TTL_S = DAY_S
MIN_EVENT_TIME_S = 631_152_000.0
"""1990: what claims to be older is of that year."""


class EventBatchProcessor:
    """One batch of events on its way into the online store.

    Args:
        transaction: Takes what is learned.
        catalog: Knows the products.
        settings: How touches become profiles.
        now_s: The time on the wall: what claims to be later than tomorrow is of tomorrow.
    """

    def __init__(
        self,
        transaction: OnlineStoreTransaction,
        catalog: CatalogItems,
        settings: ProfileSettings,
        now_s: float,
    ) -> None:
        self._latest_s = now_s + DAY_S
        self._change = transaction
        self._catalogue = catalog
        self._settings = settings
        self._known: dict[str, CatalogItem] = {}
        self._profiles: dict[str, Profile] = {}
        self._tallies: defaultdict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
        self._pairs: Counter[tuple[str, str, str]] = Counter()
        self._occurrences: dict[tuple[str, str], float] = defaultdict(float)
        self._pages: dict[str, tuple[str, float, ServedPositions]] = {}

    def process(self, events: Sequence[Event]) -> None:
        """Take events in the order of the log.

        Raises:
            IndexStoreError: The products cannot be looked up.
        """
        self._known = self._catalogue.get_items([each.product_id for each in events])
        for each in events:
            if each.kind == "impression":
                self._shown(each)
            elif not self._is_repeated(each):
                self._done(each)
        self._write(events)

    def _is_repeated(self, event: Event) -> bool:
        if not event.user_id:
            return False
        last = self._change.get_last_interaction_time(event.user_id, event.product_id, event.kind)
        return last is not None and abs(self._time_s(event) - last) < DEDUPLICATION_WINDOW_S

    def _time_s(self, event: Event) -> float:
        """Return when an event was, within reason: one wrong clock must not spoil all counts."""
        return min(max(event.time.timestamp(), MIN_EVENT_TIME_S), self._latest_s)

    def _shown(self, event: Event) -> None:
        if event.surface == "recent":  # what was seen before says nothing new
            return
        time_s = self._time_s(event)
        looks = examination_probability(event.position) * forward_decay_weight(time_s)
        self._tallies[event.product_id][0] += looks
        self._occurrences[ALL_PRODUCTS, IMPRESSIONS] += looks
        if event.query_id and event.user_id and event.position:
            places = self._page(event.query_id, event.user_id, time_s)
            places[event.position] = event.product_id

    def _done(self, event: Event) -> None:
        time_s = self._time_s(event)
        if event.kind in ENGAGEMENT_KINDS:
            self._tallies[event.product_id][1] += forward_decay_weight(time_s)
            self._occurrences[ALL_PRODUCTS, ENGAGEMENTS] += forward_decay_weight(time_s)
        if not event.user_id:
            return
        self._touch(event.user_id, event.product_id, event.kind, time_s)
        self._pass_over(event, time_s)
        self._join(event, time_s)
        self._change.set_interaction(event.user_id, event.product_id, event.kind, time_s)

    def _touch(self, user_id: str, product_id: str, kind: str, time_s: float) -> None:
        known = self._known.get(product_id)
        if known is None:  # it was deleted meanwhile, or never was: nothing to learn from
            return
        profile = self._profiles.get(user_id) or self._stored(user_id)
        vector = self._catalogue.stack_vectors([known])[0]
        touch = ProfileInteraction(product_id, kind, time_s, vector, known.attributes)
        self._profiles[user_id] = profile.with_interaction(touch, self._settings)

    def _stored(self, user_id: str) -> Profile:
        try:
            profile = self._change.get_profile(user_id)
        except ProfileError:  # one that is spoilt must not keep the others from being learned
            LOG.warning("the profile of %r cannot be read and begins anew", user_id, exc_info=True)
            profile = None
        return profile or Profile.empty(self._catalogue.encoder_id, self._catalogue.dim)

    def _pass_over(self, event: Event, time_s: float) -> None:
        """Take what stood above a clicked product, and was not clicked, as passed over.

        Source: "click > skip above"; Joachims et al., Accurately Interpreting Clickthrough Data as
            Implicit Feedback (2005).
        """
        if not event.query_id or event.position <= 0:
            return
        places = self._page(event.query_id, event.user_id, time_s)
        places.pop(event.position, None)
        if event.kind != "click":
            return
        above = sorted(place for place in places if place < event.position)
        skipped = {places.pop(place) for place in above} - {event.product_id}
        self._know(skipped)
        for each in sorted(skipped):
            self._touch(event.user_id, each, "impression", time_s)

    def _join(self, event: Event, time_s: float) -> None:
        """Count what was touched shortly before as belonging together with this."""
        product = event.product_id
        for kind, bond in COOCCURRENCE_RULES.items():
            if event.kind not in bond.event_kinds:
                continue
            before = self._change.get_interactions_since(event.user_id, time_s - bond.window_s)
            alike = [p for p, what, when in before if what in bond.event_kinds and when <= time_s]
            if product in alike:
                continue  # a click and then a cart is one thing
            others = list(dict.fromkeys(alike))[: bond.max_partners]
            self._count(kind, product, others)
            if bond.counts_categories:
                self._count_kinds(kind, product, others)

    def _count(self, kind: str, name: str, others: Sequence[str]) -> None:
        self._occurrences[kind, name] += 1
        if not others:
            self._occurrences[kind, ""] += 1
        for other in others:
            self._pair(kind, name, other)

    def _pair(self, kind: str, one: str, other: str) -> None:
        self._pairs[kind, one, other] += 1
        self._pairs[kind, other, one] += 1

    def _count_kinds(self, bond: str, product: str, others: Sequence[str]) -> None:
        """Count the product's kind and family as joining a basket of others."""
        self._know((product, *others))
        names = (product, *others)
        having = [
            ComplementFeatures.from_product(self._known[e].product)
            for e in names
            if e in self._known
        ]
        if not having or having[0].product_id != product:
            return
        for suffix, name in (
            (CATEGORY_SUFFIX, "category"),
            (PARENT_CATEGORY_SUFFIX, "parent_category"),
        ):
            own, *theirs = (str(getattr(each, name)) for each in having)
            self._join_kind(f"{bond}{suffix}", own, theirs)

    def _join_kind(self, bond: str, own: str, theirs: Sequence[str]) -> None:
        """Count a kind that comes into a basket: with each other kind, and twice with itself."""
        if not own:
            return
        n_same = theirs.count(own)
        if n_same == 1:
            self._pairs[bond, own, own] += 1
        if n_same:
            return
        self._occurrences[bond, own] += 1
        for other in dict.fromkeys(each for each in theirs if each):
            self._pair(bond, own, other)

    def _know(self, product_ids: Iterable[str]) -> None:
        missing = [each for each in product_ids if each not in self._known]
        self._known |= self._catalogue.get_items(missing) if missing else {}

    def _page(self, query_id: str, user_id: str, time_s: float) -> ServedPositions:
        if query_id not in self._pages:
            self._pages[query_id] = (user_id, time_s, self._change.get_served_positions(query_id))
        return self._pages[query_id][2]

    def _write(self, events: Sequence[Event]) -> None:
        change = self._change
        change.set_profiles(self._profiles)
        change.prune_interactions({each.user_id for each in events if each.user_id})
        change.add_engagement_stats(
            {each: EngagementStats(*both) for each, both in self._tallies.items()}
        )
        change.add_cooccurrences(self._pairs)
        change.add_occurrences(self._occurrences)
        for query_id, (user_id, time_s, places) in self._pages.items():
            change.set_served_positions(query_id, user_id, time_s, places)
        done = [self._time_s(each) for each in events if each.kind != "impression"]
        if done:
            change.set_last_event_time(max(done))
        if events:
            change.prune_served_positions(max(map(self._time_s, events)) - SERVED_POSITIONS_TTL_S)
