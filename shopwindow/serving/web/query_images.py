"""The photos of the query: a tile for each, and a dialog to crop it."""

from functools import lru_cache

from embed import PREVIEW_SIZE, PhotoReader
from shopwindow.serving.web.markup import Markup, action_button, join, tag
from shopwindow.serving.web.thumbnails import encode_jpeg, make_thumbnail, to_data_url
from shopwindow.serving.web.translations import TEXT_DIRECTIONS, translate
from shopwindow.serving.web.view_model import View
from shopwindow.values import Crop, QueryImage
from shopwindow.values.display_formats import Language
from shopwindow.values.errors import PhotoError

_TILE_SIDE = 96
_CACHE_SIZE = 64
_DEFAULT_CROP: Crop = (0.15, 0.15, 0.85, 0.85)
_CORNERS = ("nw", "ne", "sw", "se")


class QueryImageRenderer:
    """Renders the photos of a query; each is decoded once.

    Args:
        reader: Opens the photos, within its limits.
    """

    def __init__(self, reader: PhotoReader) -> None:
        self._reader = reader
        self._get_data_urls = lru_cache(maxsize=_CACHE_SIZE)(self._make_data_urls)

    def render_tiles(self, view: View) -> Markup:
        """Return a tile for each photo, in their order."""
        if not view.photos:
            return Markup("")
        tiles = [self._render_tile(number, photo, view) for number, photo in enumerate(view.photos)]
        return tag("div.sw-tiles", *tiles, dir=TEXT_DIRECTIONS[view.language], lang=view.language)

    def _render_tile(self, index: int, photo: QueryImage, view: View) -> Markup:
        language, number = view.language, f"{index}"
        remove = translate("remove_photo", language)
        remove_button = action_button(
            "remove_photo",
            "×",
            class_="sw-remove",
            data_value=number,
            data_key=f"photo {number}",
            aria_label=remove,
            title=remove,
        )
        try:
            thumbnail, preview = self._get_data_urls(photo)
        except PhotoError:  # the notice above the results says why
            unusable = tag("span", "?", title=translate("photo_unusable", language))
            return tag("div.sw-tile.sw-unusable", unusable, remove_button)
        return tag(
            "div.sw-tile",
            _render_crop_button(thumbnail, photo, language),
            remove_button,
            _render_crop_dialog(preview, number, photo.crop or _DEFAULT_CROP, language),
        )

    def _make_data_urls(self, photo: QueryImage) -> tuple[str, str]:
        # Opened once: a photo that is slow to open may be an attack.
        preview = self._reader.read_thumbnail(photo.source, PREVIEW_SIZE)
        thumbnail = make_thumbnail(preview, self._reader, _TILE_SIDE, photo.crop)
        return to_data_url(thumbnail), to_data_url(encode_jpeg(preview))


def _render_crop_button(url: str, photo: QueryImage, language: Language) -> Markup:
    label = translate("crop", language)
    icon = tag("span.sw-crop-icon", "⛶" if photo.crop is None else "✂", aria_hidden="true")
    return tag(
        "button.sw-crop-open",
        tag("img", src=url, alt=translate("your_photo", language)),
        icon,
        type="button",
        aria_label=label,
        aria_haspopup="dialog",
        title=label,
    )


def _render_crop_dialog(url: str, number: str, crop: Crop, language: Language) -> Markup:
    """Return the dialog with the whole photo and the crop frame, which `crop.js` moves."""
    corners = (tag("i", data_corner=corner, aria_hidden="true") for corner in _CORNERS)
    label = f"{translate('crop_frame', language)}. {translate('crop_help', language)}"
    frame = tag(
        "div.sw-frame",
        *corners,
        tabindex="0",
        role="application",
        aria_label=label,
        data_crop=" ".join(f"{side:.4f}" for side in crop),
    )
    photo = tag("img", src=url, alt=translate("your_photo", language), draggable="false")
    return tag(
        "dialog.sw-crop",
        tag("h2", translate("crop", language)),
        tag("div.sw-stage", photo, frame, dir="ltr"),
        tag("p", translate("crop_help", language)),
        tag("div.sw-crop-buttons", join(_render_crop_buttons(number, language))),
        aria_label=translate("crop", language),
    )


def _render_crop_buttons(number: str, language: Language) -> list[Markup]:
    return [
        tag(
            "button.sw-primary-button",
            translate("crop_search", language),
            type="button",
            data_crop_photo=number,
        ),
        action_button(
            "crop", translate("crop_reset", language), class_="sw-chip", data_value=number
        ),
        tag("button.sw-link.sw-crop-close", translate("close", language), type="button"),
    ]
