"""The photos of the query: a tile for each, and a dialog to crop it."""

from dataclasses import dataclass
from functools import lru_cache

from markupsafe import Markup

from embed import PREVIEW_SIZE, PhotoReader
from shopwindow.serving.web.components import render_block
from shopwindow.serving.web.thumbnails import encode_jpeg, make_thumbnail, to_data_url
from shopwindow.serving.web.translations import translate
from shopwindow.serving.web.view_model import View
from shopwindow.values import Crop, QueryImage
from shopwindow.values.errors import PhotoError

_TILE_SIDE = 96
_CACHE_SIZE = 64
_DEFAULT_CROP: Crop = (0.15, 0.15, 0.85, 0.85)
_LABELS = ("your_photo", "photo_unusable", "remove_photo", "crop", "crop_frame", "crop_help",
    "crop_search", "crop_reset", "close")  # fmt: skip
"""Texts of the template, by their keys."""


@dataclass(frozen=True, slots=True)
class QueryImageTile:
    """One photo of a query.

    Attributes:
        thumbnail_url: What the search sees of it, as a data URL; empty when it cannot be used.
        preview_url: The whole photo, as a data URL; empty when it cannot be used.
        crop: Sides of the crop frame as `crop.js` reads them: left, top, right, bottom.
        is_cropped: Whether it is cropped.
    """

    thumbnail_url: str
    preview_url: str
    crop: str
    is_cropped: bool


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
        language = view.language
        return render_block(
            "query_images",
            language,
            tiles=[self._build_tile(photo) for photo in view.photos],
            **{key: translate(key, language) for key in _LABELS},
        )

    def _build_tile(self, photo: QueryImage) -> QueryImageTile:
        try:
            thumbnail_url, preview_url = self._get_data_urls(photo)
        except PhotoError:  # the notice above the results says why
            thumbnail_url, preview_url = "", ""
        crop = " ".join(f"{side:.4f}" for side in photo.crop or _DEFAULT_CROP)
        return QueryImageTile(thumbnail_url, preview_url, crop, photo.crop is not None)

    def _make_data_urls(self, photo: QueryImage) -> tuple[str, str]:
        # Opened once: a photo that is slow to open may be an attack.
        preview = self._reader.read_thumbnail(photo.source, PREVIEW_SIZE)
        thumbnail = make_thumbnail(preview, self._reader, _TILE_SIDE, photo.crop)
        return to_data_url(thumbnail), to_data_url(encode_jpeg(preview))
