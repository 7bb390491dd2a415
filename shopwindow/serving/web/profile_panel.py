"""The profile of a visitor: interests, preferences, usual prices; data export and erasure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from shopwindow.serving.web.cards import get_photo_url
from shopwindow.serving.web.components import render_component
from shopwindow.serving.web.data_export import get_export_url
from shopwindow.serving.web.translations import (
    MESSAGE_KEYS,
    localize_title,
    translate,
    translate_count,
)
from shopwindow.serving.web.visitor_bar import truncate_id
from shopwindow.serving.web.visitor_state import VisitorState
from shopwindow.values import Interest, PreferredPriceRange, Product, UserProfileView
from shopwindow.values.display_formats import Language, format_number, format_percent, format_price

_MAX_PHOTOS = 4
_MIN_PREFERENCE = 0.01
_MESSAGE_KEYS_BY_FIELD: Mapping[str, str] = {"merchant": "merchant_id"}
"""Message keys of preference fields that have another name in the translations."""


@dataclass(frozen=True, slots=True)
class InterestPhoto:
    """A photo of a product of an interest.

    Attributes:
        url: Where a browser gets it.
        title: Title of the product.
    """

    url: str
    title: str


@dataclass(frozen=True, slots=True)
class InterestItem:
    """One interest or dislike.

    Attributes:
        title: Title of the product that represents it.
        label: What it is, in one line.
        share: Its weight, as text.
        percent: How far its bar is filled.
        photos: Photos of its products.
    """

    title: str
    label: str
    share: str
    percent: int
    photos: Sequence[InterestPhoto]


@dataclass(frozen=True, slots=True)
class InterestGroup:
    """All interests, or all dislikes.

    Attributes:
        title: What they are.
        is_negative: Whether they are dislikes.
        interests: At least one.
    """

    title: str
    is_negative: bool
    interests: Sequence[InterestItem]


@dataclass(frozen=True, slots=True)
class PreferenceItem:
    """A value that a visitor prefers or avoids.

    Attributes:
        name: The value.
        label: How much, in one line.
        percent: How far its bar is filled.
        is_negative: Whether they avoid it.
    """

    name: str
    label: str
    percent: int
    is_negative: bool


@dataclass(frozen=True, slots=True)
class PreferenceGroup:
    """The preferred values of one field.

    Attributes:
        label: What the field is called.
        preferences: At least one.
    """

    label: str
    preferences: Sequence[PreferenceItem]


def render_profile_panel(visitor: VisitorState, language: Language) -> Markup:
    """Return the profile of the selected visitor; nothing for an anonymous one.

    Args:
        visitor: The visitor.
        language: Of the labels.
    """
    profile = visitor.profile
    if profile is None:
        return Markup("")
    return render_component(
        "profile_panel",
        title=translate("profile", language),
        n_interactions=translate_count("interactions", profile.n_interactions, language),
        interest_groups=_build_interest_groups(profile, language),
        preference_groups=_build_preference_groups(profile.preferences, language),
        preferences_title=translate("preferences_title", language),
        usual_prices=_describe_usual_prices(profile.preferred_prices, language),
        usual_prices_title=translate("usual_prices", language),
        profile_empty=translate("profile_empty", language),
        data_actions=_render_data_actions(visitor, language),
    )


def _build_interest_groups(profile: UserProfileView, language: Language) -> list[InterestGroup]:
    """Return the interests and the dislikes; a group without any is left out."""
    return [
        InterestGroup(
            translate(name, language),
            name == "dislikes",
            [_build_interest(name, interest, language) for interest in interests],
        )
        for name, interests in (("interests", profile.interests), ("dislikes", profile.dislikes))
        if interests
    ]


def _build_interest(name: str, interest: Interest, language: Language) -> InterestItem:
    title = localize_title(interest.products[0], language)
    share = format_percent(interest.weight, language)
    return InterestItem(
        title,
        translate(f"{name}_item", language, name=title, share=share),
        share,
        _to_percent(interest.weight),
        [
            _build_photo(product, language)
            for product in interest.products[:_MAX_PHOTOS]
            if product.photos
        ],
    )


def _build_photo(product: Product, language: Language) -> InterestPhoto:
    return InterestPhoto(get_photo_url(product), localize_title(product, language))


def _to_percent(share: float) -> int:
    return round(100 * min(abs(share), 1.0))


def _build_preference_groups(
    preferences: Mapping[str, Mapping[str, float]], language: Language
) -> list[PreferenceGroup]:
    """Return the preferred values by field; a field without any that counts is left out."""
    groups = [
        PreferenceGroup(_name_field(name, language), _build_preferences(values, language))
        for name, values in preferences.items()
    ]
    return [group for group in groups if group.preferences]


def _name_field(name: str, language: Language) -> str:
    key = _MESSAGE_KEYS_BY_FIELD.get(name, name)
    return translate(key, language) if key in MESSAGE_KEYS else name


def _build_preferences(values: Mapping[str, float], language: Language) -> list[PreferenceItem]:
    return [
        PreferenceItem(
            value,
            _describe_preference(value, preference, language),
            _to_percent(preference),
            is_negative=preference < 0,
        )
        for value, preference in values.items()
        if value and abs(preference) >= _MIN_PREFERENCE
    ]


def _describe_preference(value: str, preference: float, language: Language) -> str:
    score = format_number(100 * preference, signed=True)
    return translate("preference_score", language, name=value, n=score)


def _describe_usual_prices(
    prices: Mapping[str, PreferredPriceRange], language: Language
) -> list[str]:
    lines = []
    for currency, price_range in prices.items():
        low, typical, high = (
            format_price(round(price), currency, language, trims_whole=True)
            for price in (price_range.low, price_range.typical, price_range.high)
        )
        lines.append(translate("usual_price", language, value=typical, low=low, high=high))
    return lines


def _render_data_actions(visitor: VisitorState, language: Language) -> Markup:
    """Return the export and the erasure of the visitor's data; an erasure asks to confirm it."""
    if visitor.is_confirming_erasure:
        name = truncate_id(visitor.user_id)
        return render_component(
            "erasure_confirmation",
            question=translate("confirm_erasure", language, name=name),
            cancel=translate("cancel_erasure", language),
            erase_now=translate("erase_now", language),
        )
    return render_component(
        "data_actions",
        export=translate("export", language),
        export_help=translate("export_help", language),
        export_url=get_export_url(visitor.user_id),
        erase=translate("erase", language),
    )
