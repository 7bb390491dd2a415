"""Catalogue entities: brands, categories and attribute values, looked up by their stems."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from index import CATEGORY_SEPARATOR
from index.store import In
from index.text import fold
from search.query.phrases import MAX_PHRASE_WORDS
from search.query.stems import Stems, stem_phrase
from search.query.synonym_expansion import SynonymIndex

_DESCRIPTIVE_ENGLISH = (
    "color colour base_colour main_color colors colours gender sex target_gender department "
    "material fabric size age_group pattern style"
)
_DESCRIPTIVE_ARABIC = "اللون لون الجنس النوع المادة الخامة القماش المقاس الحجم النمط"
DESCRIPTIVE_ATTRIBUTES = frozenset(fold(_DESCRIPTIVE_ENGLISH + " " + _DESCRIPTIVE_ARABIC).split())
"""Attributes that describe a product itself. The values of others, such as what a device can be
connected to, name other products: with them "monitor" found cables for monitors (source:
docs/decisions/0010-reading-queries.md)."""

_MEANINGLESS_VALUES = frozenset(
    {"yes", "no", "true", "false", "none", "other", "n/a", "na", "unknown"}
)
"""Attribute values that mean nothing without the attribute's name."""


@dataclass(frozen=True, slots=True)
class CatalogEntity:
    """A name that the catalogue uses.

    Attributes:
        kind: "brand", "category", or the attribute's name.
        name: As the catalogue writes it; attribute values are folded.
        condition: The condition that products of this entity fulfil.
        count: Products that have it.
    """

    kind: str
    name: str
    condition: In
    count: int


class EntityIndex:
    """Looks up the entities that a phrase may name.

    Attributes:
        entities: All of them.
        synonyms: Phrases that mean the same as those looked up.

    Args:
        brands: Products by brand.
        categories: Products by category path.
        attributes: Products by "name=value", folded.
        synonyms: Phrases that mean the same as those looked up.
    """

    def __init__(
        self,
        brands: Mapping[str, int],
        categories: Mapping[str, int],
        attributes: Mapping[str, int],
        synonyms: SynonymIndex,
    ) -> None:
        self.entities = (
            *_build_brands(brands),
            *_build_categories(categories),
            *_build_attribute_values(attributes),
        )
        self._by_stems: dict[Stems, list[CatalogEntity]] = {}
        for entity in self.entities:
            stems = stem_phrase(entity.name)
            if 0 < len(stems) <= MAX_PHRASE_WORDS:
                self._by_stems.setdefault(stems, []).append(entity)
        self.synonyms = synonyms

    def lookup(self, stems: Stems) -> list[CatalogEntity]:
        """Return the entities that a phrase or one of its synonyms names; its own come first."""
        exact = self.lookup_exact(stems)
        by_synonym = (
            entity
            for synonym in self.synonyms.lookup(stems)
            for entity in self.lookup_exact(synonym)
        )
        return list(dict.fromkeys((*exact, *by_synonym)))

    def lookup_exact(self, stems: Stems) -> list[CatalogEntity]:
        """Return the entities that a phrase itself names, without those of its synonyms."""
        return self._by_stems.get(stems, [])


def _build_brands(counts: Mapping[str, int]) -> Iterator[CatalogEntity]:
    for name, count in counts.items():
        yield CatalogEntity("brand", name, In("brand_key", (fold(name),)), count)


def _build_categories(counts: Mapping[str, int]) -> Iterator[CatalogEntity]:
    leaves: dict[str, int] = {}
    for path, count in counts.items():
        leaf = path.split(CATEGORY_SEPARATOR)[-1]
        leaves[leaf] = leaves.get(leaf, 0) + count
    for leaf, count in leaves.items():
        yield CatalogEntity("category", leaf, In("category_key", (fold(leaf),)), count)


def _build_attribute_values(counts: Mapping[str, int]) -> Iterator[CatalogEntity]:
    for key, count in counts.items():
        name, _, value = key.partition("=")
        if value in _MEANINGLESS_VALUES or name.replace(" ", "_") not in DESCRIPTIVE_ATTRIBUTES:
            continue
        if value.replace(".", "").isdigit():  # "size 42" names a size, "42" nothing
            value = f"{name} {value}"
        yield CatalogEntity(name, value, In("attributes_key", (key,)), count)
