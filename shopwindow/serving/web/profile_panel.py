"""What is known of a visitor: interests, tastes, prices, and the way to take or erase it all."""

from collections.abc import Mapping, Sequence

from shopwindow.serving.web.cards import get_photo_url
from shopwindow.serving.web.data_export import get_export_url
from shopwindow.serving.web.markup import Markup, action_button, join, tag
from shopwindow.serving.web.price_formatting import format_price
from shopwindow.serving.web.translations import MESSAGE_KEYS, Language, localize_title, translate
from shopwindow.serving.web.visitor_bar import truncate_id
from shopwindow.serving.web.visitor_state import VisitorState
from shopwindow.values.profile_view import Interest, PreferredPriceRange, UserProfileView

_MAX_PHOTOS = 4
_LEAST_TASTE = 0.01
_FIELD_NAMES: Mapping[str, str] = {"merchant": "merchant_id"}
"""Where the page has another name for a field of tastes."""


def render_profile_panel(visit: VisitorState, language: Language) -> Markup:
    """Return what is known of the visitor of a page; nothing for a stranger.

    Args:
        visit: The visitor.
        language: Of the labels.
    """
    person = visit.profile
    if person is None:
        return Markup("")
    looks = join(
        _interests(name, several, language)
        for name, several in (("interests", person.interests), ("dislikes", person.dislikes))
    )
    facts = join(
        (_tastes(person.preferences, language), _prices(person.preferred_prices, language))
    )
    if looks or facts:
        known = tag("div.sw-known", tag("div", looks), tag("div", facts))
    else:
        known = tag("p.sw-status", translate("nothing_known", language))
    return tag(
        "details.sw-person",
        tag("summary", translate("known_of_you", language), _learned(person, language)),
        known,
        _data(visit, language),
        open=True,
        data_key="person",
    )


def _learned(person: UserProfileView, language: Language) -> Markup:
    return tag("span.sw-count", translate("learned", language, n=f"{person.n_interactions:,}"))


def _interests(name: str, several: Sequence[Interest], language: Language) -> Markup:
    if not several:
        return Markup("")
    clusters = [_cluster(name, each, language) for each in several]
    return tag(
        "section.sw-interests",
        tag("h3", translate(name, language)),
        tag("ul.sw-clusters", *clusters),
        aria_label=translate(name, language),
    )


def _cluster(name: str, interest: Interest, language: Language) -> Markup:
    photos = [
        tag(
            "img",
            src=get_photo_url(each),
            alt=localize_title(each, language),
            title=localize_title(each, language),
            loading="lazy",
            referrerpolicy="no-referrer",
        )
        for each in interest.products[:_MAX_PHOTOS]
        if each.image
    ]
    title = localize_title(interest.products[0], language)
    percent = f"{100 * interest.weight:.0f}"
    return tag(
        "li" if name == "interests" else "li.sw-minus",
        tag("div.sw-cluster", *photos) if photos else "",
        tag("p.sw-cluster-name", title, dir="auto"),
        _bar(interest.weight),
        tag("span.sw-share-of", translate("percent", language, n=percent)),
        aria_label=translate(f"{name}_one", language, name=title, n=percent),
    )


def _bar(share: float) -> Markup:
    width = f"width:{100 * min(abs(share), 1.0):.0f}%"
    return tag("span.sw-bar", tag("i", style=width), aria_hidden="true")


def _tastes(tastes: Mapping[str, Mapping[str, float]], language: Language) -> Markup:
    lines = [_taste(name, values, language) for name, values in tastes.items()]
    if not any(lines):
        return Markup("")
    title = translate("tastes_title", language)
    return tag("section.sw-tastes", tag("h3", title), *lines, aria_label=title)


def _taste(name: str, values: Mapping[str, float], language: Language) -> Markup:
    chips = [
        tag(
            "li" if share > 0 else "li.sw-minus",
            tag("bdi", value),
            _bar(share),
            title=translate("taste", language, name=value, n=f"{100 * share:+.0f}"),
        )
        for value, share in values.items()
        if value and abs(share) >= _LEAST_TASTE
    ]
    if not chips:
        return Markup("")
    known = _FIELD_NAMES.get(name, name)
    label = translate(known, language) if known in MESSAGE_KEYS else name
    return tag("div.sw-taste", tag("span.sw-label", label), tag("ul", *chips, aria_label=label))


def _prices(prices: Mapping[str, PreferredPriceRange], language: Language) -> Markup:
    lines = []
    for currency, each in prices.items():
        low, typical, high = (
            format_price(round(price), currency, language)
            for price in (each.low, each.typical, each.high)
        )
        lines.append(tag("p", translate("usually", language, value=typical, low=low, high=high)))
    title = translate("prices_title", language)
    return tag("section.sw-paid", tag("h3", title), *lines) if lines else Markup("")


def _data(visit: VisitorState, language: Language) -> Markup:
    """Return the ways to take the visitor's data and to erase it, which asks once more."""
    if visit.is_confirming_erasure:
        asked = translate("erase_sure", language, name=truncate_id(visit.user_id))
        keep = action_button(
            "keep", translate("keep", language), class_="sw-chip", data_key="erase"
        )
        now = action_button(
            "erase_now", translate("erase_now", language), class_="sw-chip sw-danger"
        )
        return tag("div.sw-data", tag("strong", asked, role="alert", dir="auto"), keep, now)
    export = tag(
        "a.sw-chip",
        translate("export", language),
        href=get_export_url(visit.user_id),
        download=True,
        title=translate("export_help", language),
    )
    erase = action_button("erase", translate("erase", language), class_="sw-chip", data_key="erase")
    return tag("div.sw-data", export, erase)
