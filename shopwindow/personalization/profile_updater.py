"""What a batch of events teaches: profiles, histories, counts, and what belongs together."""

import logging
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from shopwindow.personalization.catalog_items import Catalogue, Known
from shopwindow.personalization.co_occurrence import BONDS, FAMILIES, KINDS
from shopwindow.personalization.product_stats import ALL, SHOWN, WANTED, Tally, examined, forward
from shopwindow.personalization.profile_writes import Change, Places
from shopwindow.ranking import Profile, ProfileSettings, Touch, Traits
from shopwindow.ranking.profile_settings import DAY_S, MINUTE_S
from shopwindow.values.errors import ProfileError
from shopwindow.values.event import Event

LOG = logging.getLogger(__name__)

WANTING = ("click", "like", "cart", "purchase")
REPEATED_WITHIN_S = 30 * MINUTE_S
"""The same thing done again within this time counts once: it is a reload, or a robot."""

PAGES_KEPT_S = DAY_S
EARLIEST_S = 631_152_000.0
"""1990: what claims to be older is of that year."""


class Lesson:
    """One batch of events on its way into the online store.

    Args:
        change: Takes what is learned.
        catalogue: Knows the products.
        settings: How touches become profiles.
        now_s: The time on the wall: what claims to be later than tomorrow is of tomorrow.
    """

    def __init__(
        self, change: Change, catalogue: Catalogue, settings: ProfileSettings, now_s: float
    ) -> None:
        self._latest_s = now_s + DAY_S
        self._change = change
        self._catalogue = catalogue
        self._settings = settings
        self._known: dict[str, Known] = {}
        self._profiles: dict[str, Profile] = {}
        self._tallies: defaultdict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
        self._pairs: Counter[tuple[str, str, str]] = Counter()
        self._occurrences: dict[tuple[str, str], float] = defaultdict(float)
        self._pages: dict[str, tuple[str, float, Places]] = {}

    def learn(self, events: Sequence[Event]) -> None:
        """Take events in the order of the log.

        Raises:
            IndexStoreError: The products cannot be looked up.
        """
        self._known = self._catalogue.known([each.product_id for each in events])
        for each in events:
            if each.kind == "impression":
                self._shown(each)
            elif not self._is_repeated(each):
                self._done(each)
        self._write(events)

    def _is_repeated(self, event: Event) -> bool:
        if not event.user_id:
            return False
        last = self._change.last_touch(event.user_id, event.product_id, event.kind)
        return last is not None and abs(self._time_s(event) - last) < REPEATED_WITHIN_S

    def _time_s(self, event: Event) -> float:
        """Return when an event was, within reason: one wrong clock must not spoil all counts."""
        return min(max(event.time.timestamp(), EARLIEST_S), self._latest_s)

    def _shown(self, event: Event) -> None:
        if event.surface == "recent":  # what was seen before says nothing new
            return
        time_s = self._time_s(event)
        looks = examined(event.position) * forward(time_s)
        self._tallies[event.product_id][0] += looks
        self._occurrences[ALL, SHOWN] += looks
        if event.query_id and event.user_id and event.position:
            places = self._page(event.query_id, event.user_id, time_s)
            places[event.position] = event.product_id

    def _done(self, event: Event) -> None:
        time_s = self._time_s(event)
        if event.kind in WANTING:
            self._tallies[event.product_id][1] += forward(time_s)
            self._occurrences[ALL, WANTED] += forward(time_s)
        if not event.user_id:
            return
        self._touch(event.user_id, event.product_id, event.kind, time_s)
        self._pass_over(event, time_s)
        self._join(event, time_s)
        self._change.touch(event.user_id, event.product_id, event.kind, time_s)

    def _touch(self, user_id: str, product_id: str, kind: str, time_s: float) -> None:
        known = self._known.get(product_id)
        if known is None:  # it was deleted meanwhile, or never was: nothing to learn from
            return
        profile = self._profiles.get(user_id) or self._stored(user_id)
        vector = self._catalogue.rows([known])[0]
        touch = Touch(product_id, kind, time_s, vector, known.facts)
        self._profiles[user_id] = profile.touched(touch, self._settings)

    def _stored(self, user_id: str) -> Profile:
        try:
            profile = self._change.profile(user_id)
        except ProfileError:  # one that is spoilt must not keep the others from being learned
            LOG.warning("the profile of %r cannot be read and begins anew", user_id, exc_info=True)
            profile = None
        return profile or Profile.empty(self._catalogue.encoder, self._catalogue.dim)

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
        for kind, bond in BONDS.items():
            if event.kind not in bond.events:
                continue
            before = self._change.touched_since(event.user_id, time_s - bond.within_s)
            alike = [p for p, what, when in before if what in bond.events and when <= time_s]
            if product in alike:
                continue  # a click and then a cart is one thing
            others = list(dict.fromkeys(alike))[: bond.n_others]
            self._count(kind, product, others)
            if bond.counts_kinds:
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
        having = [Traits.of(self._known[e].product) for e in names if e in self._known]
        if not having or having[0].product_id != product:
            return
        for suffix, name in ((KINDS, "kind"), (FAMILIES, "family")):
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
        self._known |= self._catalogue.known(missing) if missing else {}

    def _page(self, query_id: str, user_id: str, time_s: float) -> Places:
        if query_id not in self._pages:
            self._pages[query_id] = (user_id, time_s, self._change.page(query_id))
        return self._pages[query_id][2]

    def _write(self, events: Sequence[Event]) -> None:
        change = self._change
        change.set_profiles(self._profiles)
        change.forget_old_touches({each.user_id for each in events if each.user_id})
        change.add_tallies({each: Tally(*both) for each, both in self._tallies.items()})
        change.add_pairs(self._pairs)
        change.add_occurrences(self._occurrences)
        for query_id, (user_id, time_s, places) in self._pages.items():
            change.set_page(query_id, user_id, time_s, places)
        done = [self._time_s(each) for each in events if each.kind != "impression"]
        if done:
            change.happened(max(done))
        if events:
            change.forget_pages(max(map(self._time_s, events)) - PAGES_KEPT_S)
