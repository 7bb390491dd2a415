"""The options of `shopwindow search`, as typed, and the query they make."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from shopwindow.values import WHOLE_TEXT, Crop, Filters, Query, QueryImage, Sort
from shopwindow.values.errors import InvalidQueryError


@dataclass(frozen=True, slots=True)
class VisualOptions:
    """What hits should look like and what not, as typed; see the fields of `Query`."""

    images: tuple[str, ...] = ()
    crops: tuple[str, ...] = ()
    image_weight: float | None = None
    negative_examples: tuple[str, ...] = ()

    def to_query_images(self) -> list[QueryImage]:
        """Return the photos with their crops: one for each photo, or one for all.

        Raises:
            InvalidQueryError: A crop is not valid, or there are more or fewer than photos.
        """
        n_images = len(self.images)
        crops: list[Crop | None] = [parse_crop(crop) for crop in self.crops]
        if len(crops) not in {0, 1, n_images} or len(crops) > n_images:
            raise InvalidQueryError("--crop", f"one for each --image ({n_images})", self.crops)
        crop_per_image = crops if len(crops) > 1 else (crops or [None]) * n_images
        pairs = zip(self.images, crop_per_image, strict=True)
        return [QueryImage(image, crop) for image, crop in pairs]


@dataclass(frozen=True, slots=True)
class SortOptions:
    """The order of the hits, as typed; see the fields of `Query`."""

    sort: str = "relevance"
    diversity: float | None = None
    collapse: bool = True


@dataclass(frozen=True, slots=True)
class SearchOptions:
    """A search, as typed; see the fields of `Query` and `Filters`."""

    text: str = ""
    visual: VisualOptions = VisualOptions()
    sorting: SortOptions = SortOptions()
    limit: int = 10
    category: str = ""
    brands: tuple[str, ...] = ()
    merchants: tuple[str, ...] = ()
    price_min: float | None = None
    price_max: float | None = None
    in_stock: bool | None = None
    attributes: tuple[str, ...] = ()
    cursor: str = ""
    verbatim: bool = False
    relax: bool = True

    def to_query(self) -> Query:
        """Build the query.

        Returns:
            The query, checked.

        Raises:
            InvalidQueryError: A value is out of range, unknown, or not in its format.
        """
        filters = Filters(
            category=self.category,
            brand=self.brands,
            merchant_id=self.merchants,
            price_min=self.price_min,
            price_max=self.price_max,
            in_stock=self.in_stock,
            attributes=parse_attributes(self.attributes),
        )
        return Query(
            text=self.text,
            image=self.visual.to_query_images() or None,
            image_weight=self.visual.image_weight,
            negative_examples=self.visual.negative_examples,
            sort=cast(Sort, self.sorting.sort),  # the query checks it
            diversity=self.sorting.diversity,
            collapse=self.sorting.collapse,
            relax=self.relax,
            filters=filters,
            limit=self.limit,
            cursor=self.cursor,
            verbatim=(WHOLE_TEXT,) if self.verbatim else (),
        )


def parse_attributes(pairs: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
    """Parse `--attribute NAME=VALUE`, given any number of times.

    Returns:
        The values by name; a product may have any of the values of a name.

    Raises:
        InvalidQueryError: One of them has no name, no value or no equals sign.
    """
    attributes: dict[str, tuple[str, ...]] = {}
    for pair in pairs:
        name, _, value = (part.strip() for part in pair.partition("="))
        if not name or not value:
            raise InvalidQueryError("--attribute", "NAME=VALUE, as color=red", pair)
        attributes[name] = (*attributes.get(name, ()), value)
    return attributes


def parse_crop(text: str) -> Crop:
    """Parse `--crop LEFT,TOP,RIGHT,BOTTOM`.

    Returns:
        Four numbers; the query checks their range.

    Raises:
        InvalidQueryError: They are not four numbers.
    """
    try:
        left, top, right, bottom = (float(number) for number in text.split(","))
    except ValueError as exc:
        expected = "LEFT,TOP,RIGHT,BOTTOM from 0 to 1, as 0.2,0,0.8,0.5"
        raise InvalidQueryError("--crop", expected, text) from exc
    return left, top, right, bottom
