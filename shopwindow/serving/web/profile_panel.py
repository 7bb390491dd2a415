"""What is known of a visitor: interests, tastes, prices, and the way to take or erase it all."""

from collections.abc import Mapping, Sequence

from shopwindow.serving.web.cards import photo_address
from shopwindow.serving.web.data_export import export_address
from shopwindow.serving.web.markup import Markup, action, join, tag
from shopwindow.serving.web.price_formatting import price_text
from shopwindow.serving.web.translations import NAMES, Language, say, title_of
from shopwindow.serving.web.visitor_bar import short
from shopwindow.serving.web.visitor_state import Visit
from shopwindow.values.profile_view import Interest, Person, PriceTaste

_MAX_PHOTOS = 4
_LEAST_TASTE = 0.01
_FIELD_NAMES: Mapping[str, str] = {"merchant": "merchant_id"}
"""Where the page has another name for a field of tastes."""


def person_panel(visit: Visit, language: Language) -> Markup:
    """Return what is known of the visitor of a page; nothing for a stranger.

    Args:
        visit: The visitor.
        language: Of the labels.
    """
    person = visit.person
    if person is None:
        return Markup("")
    looks = join(
        _interests(name, several, language)
        for name, several in (("interests", person.interests), ("dislikes", person.dislikes))
    )
    facts = join((_tastes(person.tastes, language), _prices(person.prices, language)))
    if looks or facts:
        known = tag("div.sw-known", tag("div", looks), tag("div", facts))
    else:
        known = tag("p.sw-status", say("nothing_known", language))
    return tag(
        "details.sw-person",
        tag("summary", say("known_of_you", language), _learned(person, language)),
        known,
        _data(visit, language),
        open=True,
        data_key="person",
    )


def _learned(person: Person, language: Language) -> Markup:
    return tag("span.sw-count", say("learned", language, n=f"{person.n_touches:,}"))


def _interests(name: str, several: Sequence[Interest], language: Language) -> Markup:
    if not several:
        return Markup("")
    clusters = [_cluster(name, each, language) for each in several]
    return tag(
        "section.sw-interests",
        tag("h3", say(name, language)),
        tag("ul.sw-clusters", *clusters),
        aria_label=say(name, language),
    )


def _cluster(name: str, interest: Interest, language: Language) -> Markup:
    photos = [
        tag(
            "img",
            src=photo_address(each),
            alt=title_of(each, language),
            title=title_of(each, language),
            loading="lazy",
            referrerpolicy="no-referrer",
        )
        for each in interest.products[:_MAX_PHOTOS]
        if each.image
    ]
    title = title_of(interest.products[0], language)
    percent = f"{100 * interest.share:.0f}"
    return tag(
        "li" if name == "interests" else "li.sw-minus",
        tag("div.sw-cluster", *photos) if photos else "",
        tag("p.sw-cluster-name", title, dir="auto"),
        _bar(interest.share),
        tag("span.sw-share-of", say("percent", language, n=percent)),
        aria_label=say(f"{name}_one", language, name=title, n=percent),
    )


def _bar(share: float) -> Markup:
    width = f"width:{100 * min(abs(share), 1.0):.0f}%"
    return tag("span.sw-bar", tag("i", style=width), aria_hidden="true")


def _tastes(tastes: Mapping[str, Mapping[str, float]], language: Language) -> Markup:
    lines = [_taste(name, values, language) for name, values in tastes.items()]
    if not any(lines):
        return Markup("")
    title = say("tastes_title", language)
    return tag("section.sw-tastes", tag("h3", title), *lines, aria_label=title)


def _taste(name: str, values: Mapping[str, float], language: Language) -> Markup:
    chips = [
        tag(
            "li" if share > 0 else "li.sw-minus",
            tag("bdi", value),
            _bar(share),
            title=say("taste", language, name=value, n=f"{100 * share:+.0f}"),
        )
        for value, share in values.items()
        if value and abs(share) >= _LEAST_TASTE
    ]
    if not chips:
        return Markup("")
    known = _FIELD_NAMES.get(name, name)
    label = say(known, language) if known in NAMES else name
    return tag("div.sw-taste", tag("span.sw-label", label), tag("ul", *chips, aria_label=label))


def _prices(prices: Mapping[str, PriceTaste], language: Language) -> Markup:
    lines = []
    for currency, each in prices.items():
        low, typical, high = (
            price_text(round(price), currency, language)
            for price in (each.low, each.typical, each.high)
        )
        lines.append(tag("p", say("usually", language, value=typical, low=low, high=high)))
    title = say("prices_title", language)
    return tag("section.sw-paid", tag("h3", title), *lines) if lines else Markup("")


def _data(visit: Visit, language: Language) -> Markup:
    """Return the ways to take the visitor's data and to erase it, which asks once more."""
    if visit.asks_erase:
        asked = say("erase_sure", language, name=short(visit.user_id))
        keep = action("keep", say("keep", language), class_="sw-chip", data_key="erase")
        now = action("erase_now", say("erase_now", language), class_="sw-chip sw-danger")
        return tag("div.sw-data", tag("strong", asked, role="alert", dir="auto"), keep, now)
    export = tag(
        "a.sw-chip",
        say("export", language),
        href=export_address(visit.user_id),
        download=True,
        title=say("export_help", language),
    )
    erase = action("erase", say("erase", language), class_="sw-chip", data_key="erase")
    return tag("div.sw-data", export, erase)
