"""The photos that a visitor gave: a tile for each, and a frame to choose a part of it."""

from functools import lru_cache

from embed import PhotoReader
from embed.photos.reader import PREVIEW_SIZE
from shopwindow.serving.web.markup import Markup, action_button, join, tag
from shopwindow.serving.web.thumbnails import encode_jpeg, make_thumbnail, to_data_url
from shopwindow.serving.web.translations import TEXT_DIRECTIONS, Language, translate
from shopwindow.serving.web.view_model import View
from shopwindow.values.errors import PhotoError
from shopwindow.values.query import Crop, QueryImage

_TILE_SIDE = 96
_CACHED = 64
_FIRST_CROP: Crop = (0.15, 0.15, 0.85, 0.85)
_CORNERS = ("nw", "ne", "sw", "se")


class QueryImageRenderer:
    """Draws the photos of a query; each is decoded once.

    Args:
        reader: Opens them, within its limits.
    """

    def __init__(self, reader: PhotoReader) -> None:
        self._reader = reader
        self._drawn = lru_cache(maxsize=_CACHED)(self._drawing)

    def render_tiles(self, view: View) -> Markup:
        """Return a tile for each photo, in their order."""
        if not view.photos:
            return Markup("")
        drawn = [self._tile(number, photo, view) for number, photo in enumerate(view.photos)]
        return tag("div.sw-tiles", *drawn, dir=TEXT_DIRECTIONS[view.language], lang=view.language)

    def _tile(self, number: int, photo: QueryImage, view: View) -> Markup:
        language, place = view.language, f"{number}"
        remove = translate("remove_photo", language)
        out = action_button(
            "no_photo",
            "×",
            class_="sw-x",
            data_value=place,
            data_key=f"photo {place}",
            aria_label=remove,
            title=remove,
        )
        try:
            small, large = self._drawn(photo)
        except PhotoError:  # the results say why
            unusable = tag("span", "?", title=translate("photo_unusable", language))
            return tag("div.sw-tile.sw-unusable", unusable, out)
        return tag(
            "div.sw-tile",
            _opener(small, photo, language),
            out,
            _frame(large, place, photo.crop or _FIRST_CROP, language),
        )

    def _drawing(self, photo: QueryImage) -> tuple[str, str]:
        # Opened once: a photo that is slow to open may come from somebody who knows that.
        whole = self._reader.read_thumbnail(photo.source, PREVIEW_SIZE)
        small = make_thumbnail(whole, self._reader, _TILE_SIDE, photo.crop)
        return to_data_url(small), to_data_url(encode_jpeg(whole))


def _opener(address: str, photo: QueryImage, language: Language) -> Markup:
    name = translate("crop", language)
    mark = tag("span.sw-crop-mark", "⛶" if photo.crop is None else "✂", aria_hidden="true")
    return tag(
        "button.sw-crop-open",
        tag("img", src=address, alt=translate("your_photo", language)),
        mark,
        type="button",
        aria_label=name,
        aria_haspopup="dialog",
        title=name,
    )


def _frame(address: str, number: str, crop: Crop, language: Language) -> Markup:
    """Return the dialog with the whole photo and the frame; `shopwindow/serving/web/crop.js` moves it."""
    corners = (tag("i", data_corner=each, aria_hidden="true") for each in _CORNERS)
    about = f"{translate('crop_frame', language)}. {translate('crop_help', language)}"
    frame = tag(
        "div.sw-frame",
        *corners,
        tabindex="0",
        role="application",
        aria_label=about,
        data_crop=" ".join(f"{side:.4f}" for side in crop),
    )
    photo = tag("img", src=address, alt=translate("your_photo", language), draggable="false")
    return tag(
        "dialog.sw-crop",
        tag("h2", translate("crop", language)),
        tag("div.sw-stage", photo, frame, dir="ltr"),
        tag("p", translate("crop_help", language)),
        tag("div.sw-crop-ends", join(_ends(number, language))),
        aria_label=translate("crop", language),
    )


def _ends(number: str, language: Language) -> list[Markup]:
    return [
        tag(
            "button.sw-main-button",
            translate("crop_part", language),
            type="button",
            data_part=number,
        ),
        action_button(
            "crop", translate("crop_whole", language), class_="sw-chip", data_value=number
        ),
        tag("button.sw-link.sw-crop-close", translate("close", language), type="button"),
    ]
