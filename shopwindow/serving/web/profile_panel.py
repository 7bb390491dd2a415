"""The profile of a visitor: interests, preferences, usual prices; data export and erasure."""

from collections.abc import Mapping, Sequence

from shopwindow.serving.web.cards import get_photo_url
from shopwindow.serving.web.data_export import get_export_url
from shopwindow.serving.web.markup import Markup, action_button, join, tag
from shopwindow.serving.web.translations import (
    MESSAGE_KEYS,
    localize_title,
    translate,
    translate_count,
)
from shopwindow.serving.web.visitor_bar import truncate_id
from shopwindow.serving.web.visitor_state import VisitorState
from shopwindow.values import Interest, PreferredPriceRange, Product
from shopwindow.values.display_formats import Language, format_number, format_percent, format_price

_MAX_PHOTOS = 4
_MIN_PREFERENCE = 0.01
_MESSAGE_KEYS_BY_FIELD: Mapping[str, str] = {"merchant": "merchant_id"}
"""Message keys of preference fields that have another name in the translations."""


def render_profile_panel(visitor: VisitorState, language: Language) -> Markup:
    """Return the profile of the selected visitor; nothing for an anonymous one.

    Args:
        visitor: The visitor.
        language: Of the labels.
    """
    profile = visitor.profile
    if profile is None:
        return Markup("")
    interests = join(
        (
            _render_interests("interests", profile.interests, language),
            _render_interests("dislikes", profile.dislikes, language),
        )
    )
    preferences = join(
        (
            _render_preferences(profile.preferences, language),
            _render_usual_prices(profile.preferred_prices, language),
        )
    )
    if interests or preferences:
        content = tag("div.sw-profile-columns", tag("div", interests), tag("div", preferences))
    else:
        content = tag("p.sw-status", translate("profile_empty", language))
    count = translate_count("interactions", profile.n_interactions, language)
    return tag(
        "details.sw-profile",
        tag("summary", translate("profile", language), tag("span.sw-count", count)),
        content,
        _render_data_actions(visitor, language),
        open=True,
        data_key="profile",
    )


def _render_interests(name: str, interests: Sequence[Interest], language: Language) -> Markup:
    if not interests:
        return Markup("")
    clusters = [_render_cluster(name, interest, language) for interest in interests]
    title = translate(name, language)
    return tag(
        "section.sw-interests",
        tag("h3", title),
        tag("ul.sw-clusters", *clusters),
        aria_label=title,
    )


def _render_cluster(name: str, interest: Interest, language: Language) -> Markup:
    photos = [
        _render_photo(product, language)
        for product in interest.products[:_MAX_PHOTOS]
        if product.image
    ]
    title = localize_title(interest.products[0], language)
    share = format_percent(interest.weight, language)
    return tag(
        "li" if name == "interests" else "li.sw-negative",
        tag("div.sw-cluster", *photos) if photos else "",
        tag("p.sw-cluster-name", title, dir="auto"),
        _render_bar(interest.weight),
        tag("span.sw-interest-share", share),
        aria_label=translate(f"{name}_item", language, name=title, share=share),
    )


def _render_photo(product: Product, language: Language) -> Markup:
    title = localize_title(product, language)
    return tag(
        "img",
        src=get_photo_url(product),
        alt=title,
        title=title,
        loading="lazy",
        referrerpolicy="no-referrer",
    )


def _render_bar(share: float) -> Markup:
    width = f"width:{100 * min(abs(share), 1.0):.0f}%"
    return tag("span.sw-bar", tag("i", style=width), aria_hidden="true")


def _render_preferences(
    preferences: Mapping[str, Mapping[str, float]], language: Language
) -> Markup:
    rows = [_render_preference(name, values, language) for name, values in preferences.items()]
    if not any(rows):
        return Markup("")
    title = translate("preferences_title", language)
    return tag("section.sw-preferences", tag("h3", title), *rows, aria_label=title)


def _render_preference(name: str, values: Mapping[str, float], language: Language) -> Markup:
    chips = [
        tag(
            "li" if preference > 0 else "li.sw-negative",
            tag("bdi", value),
            _render_bar(preference),
            title=translate(
                "preference_score",
                language,
                name=value,
                n=format_number(100 * preference, language, signed=True),
            ),
        )
        for value, preference in values.items()
        if value and abs(preference) >= _MIN_PREFERENCE
    ]
    if not chips:
        return Markup("")
    key = _MESSAGE_KEYS_BY_FIELD.get(name, name)
    label = translate(key, language) if key in MESSAGE_KEYS else name
    return tag(
        "div.sw-preference", tag("span.sw-label", label), tag("ul", *chips, aria_label=label)
    )


def _describe_preference(value: str, preference: float, language: Language) -> str:
    score = format_number(100 * preference, language, signed=True)
    return translate("preference_score", language, name=value, n=score)


def _render_usual_prices(prices: Mapping[str, PreferredPriceRange], language: Language) -> Markup:
    lines = []
    for currency, price_range in prices.items():
        low, typical, high = (
            format_price(round(price), currency, language, trims_whole=True)
            for price in (price_range.low, price_range.typical, price_range.high)
        )
        line = translate("usual_price", language, value=typical, low=low, high=high)
        lines.append(tag("p", line))
    title = translate("usual_prices", language)
    return tag("section.sw-usual-prices", tag("h3", title), *lines) if lines else Markup("")


def _render_data_actions(visitor: VisitorState, language: Language) -> Markup:
    """Return the export and the erasure of the visitor's data; an erasure asks to confirm it."""
    if visitor.is_confirming_erasure:
        question = translate("confirm_erasure", language, name=truncate_id(visitor.user_id))
        cancel = action_button(
            "cancel_erasure",
            translate("cancel_erasure", language),
            class_="sw-chip",
            data_key="erase",
        )
        confirm = action_button(
            "erase_now", translate("erase_now", language), class_="sw-chip sw-danger"
        )
        alert = tag("strong", question, role="alert", dir="auto")
        return tag("div.sw-data-actions", alert, cancel, confirm)
    export = tag(
        "a.sw-chip",
        translate("export", language),
        href=get_export_url(visitor.user_id),
        download=True,
        title=translate("export_help", language),
    )
    erase = action_button("erase", translate("erase", language), class_="sw-chip", data_key="erase")
    return tag("div.sw-data-actions", export, erase)
