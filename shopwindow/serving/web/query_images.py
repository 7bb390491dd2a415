"""The photos that a visitor gave: a tile for each, and a frame to choose a part of it."""

from functools import lru_cache

from embed import PhotoReader
from embed.photos.reader import PREVIEW_SIDE
from shopwindow.serving.web.markup import Markup, action, join, tag
from shopwindow.serving.web.thumbnails import data_address, jpeg, thumbnail
from shopwindow.serving.web.translations import DIRECTIONS, Language, say
from shopwindow.serving.web.view_model import View
from shopwindow.values.errors import PhotoError
from shopwindow.values.query import Crop, Photo

_TILE_SIDE = 96
_CACHED = 64
_FIRST_CROP: Crop = (0.15, 0.15, 0.85, 0.85)
_CORNERS = ("nw", "ne", "sw", "se")


class GivenPhotos:
    """Draws the photos of a query; each is decoded once.

    Args:
        reader: Opens them, within its limits.
    """

    def __init__(self, reader: PhotoReader) -> None:
        self._reader = reader
        self._drawn = lru_cache(maxsize=_CACHED)(self._drawing)

    def tiles(self, view: View) -> Markup:
        """Return a tile for each photo, in their order."""
        if not view.photos:
            return Markup("")
        drawn = [self._tile(number, photo, view) for number, photo in enumerate(view.photos)]
        return tag("div.sw-tiles", *drawn, dir=DIRECTIONS[view.language], lang=view.language)

    def _tile(self, number: int, photo: Photo, view: View) -> Markup:
        language, place = view.language, f"{number}"
        remove = say("remove_photo", language)
        out = action(
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
            unusable = tag("span", "?", title=say("photo_unusable", language))
            return tag("div.sw-tile.sw-unusable", unusable, out)
        return tag(
            "div.sw-tile",
            _opener(small, photo, language),
            out,
            _frame(large, place, photo.crop or _FIRST_CROP, language),
        )

    def _drawing(self, photo: Photo) -> tuple[str, str]:
        # Opened once: a photo that is slow to open may come from somebody who knows that.
        whole = self._reader.inside(photo.source, PREVIEW_SIDE)
        small = thumbnail(whole, self._reader, _TILE_SIDE, photo.crop)
        return data_address(small), data_address(jpeg(whole))


def _opener(address: str, photo: Photo, language: Language) -> Markup:
    name = say("crop", language)
    mark = tag("span.sw-crop-mark", "⛶" if photo.crop is None else "✂", aria_hidden="true")
    return tag(
        "button.sw-crop-open",
        tag("img", src=address, alt=say("your_photo", language)),
        mark,
        type="button",
        aria_label=name,
        aria_haspopup="dialog",
        title=name,
    )


def _frame(address: str, number: str, crop: Crop, language: Language) -> Markup:
    """Return the dialog with the whole photo and the frame; `shopwindow/serving/web/crop.js` moves it."""
    corners = (tag("i", data_corner=each, aria_hidden="true") for each in _CORNERS)
    about = f"{say('crop_frame', language)}. {say('crop_help', language)}"
    frame = tag(
        "div.sw-frame",
        *corners,
        tabindex="0",
        role="application",
        aria_label=about,
        data_crop=" ".join(f"{side:.4f}" for side in crop),
    )
    photo = tag("img", src=address, alt=say("your_photo", language), draggable="false")
    return tag(
        "dialog.sw-crop",
        tag("h2", say("crop", language)),
        tag("div.sw-stage", photo, frame, dir="ltr"),
        tag("p", say("crop_help", language)),
        tag("div.sw-crop-ends", join(_ends(number, language))),
        aria_label=say("crop", language),
    )


def _ends(number: str, language: Language) -> list[Markup]:
    return [
        tag(
            "button.sw-main-button",
            say("crop_part", language),
            type="button",
            data_part=number,
        ),
        action("crop", say("crop_whole", language), class_="sw-chip", data_value=number),
        tag("button.sw-link.sw-crop-close", say("close", language), type="button"),
    ]
