"""The names that a catalogue uses: its brands, categories and attribute values, by their words."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from index.payload import CATEGORY_SEPARATOR
from index.store.points import In
from index.text.analyzer import fold
from search.query.phrases import MAX_PHRASE_WORDS
from search.query.stems import Stems, stem_phrase
from search.query.synonym_expansion import SynonymIndex

_DESCRIBING_ENGLISH = (
    "color colour base_colour main_color colors colours gender sex target_gender department "
    "material fabric size age_group pattern style"
)
_DESCRIBING_ARABIC = "اللون لون الجنس النوع المادة الخامة القماش المقاس الحجم النمط"
DESCRIPTIVE_ATTRIBUTES = frozenset(fold(_DESCRIBING_ENGLISH + " " + _DESCRIBING_ARABIC).split())
"""Attributes that say what a thing is like. The values of others, such as what a device can be
connected to, are words for other things: with them "monitor" found cables for monitors (source:
docs/decisions/0010-reading-queries.md)."""

_EMPTY = frozenset({"yes", "no", "true", "false", "none", "other", "n/a", "na", "unknown"})
"""Attribute values that say nothing without the attribute's name."""


@dataclass(frozen=True, slots=True)
class CatalogEntity:
    """A name of the catalogue.

    Attributes:
        kind: "brand", "category", or the attribute's name.
        name: As the catalogue writes it; attribute values are folded.
        condition: What a product with that name fulfils.
        count: Products that have it.
    """

    kind: str
    name: str
    condition: In
    count: int


class EntityIndex:
    """Looks up the names that a phrase may mean; `entities` are all there are.

    Args:
        brands: Products by brand.
        categories: Products by category path.
        attributes: Products by "name=value", folded.
        synonyms: Phrases that mean the same as those that are looked up.
    """

    def __init__(
        self,
        brands: Mapping[str, int],
        categories: Mapping[str, int],
        attributes: Mapping[str, int],
        synonyms: SynonymIndex,
    ) -> None:
        self.entities = (*_brands(brands), *_categories(categories), *_attributes(attributes))
        self._terms: dict[Stems, list[CatalogEntity]] = {}
        for term in self.entities:
            stems = stem_phrase(term.name)
            if 0 < len(stems) <= MAX_PHRASE_WORDS:
                self._terms.setdefault(stems, []).append(term)
        self.synonyms = synonyms

    def lookup(self, stems: Stems) -> list[CatalogEntity]:
        """Return the names that a phrase is, or by its synonyms means; none for other phrases."""
        own = self.lookup_exact(stems)
        same = (self.lookup_exact(other) for other in self.synonyms.lookup(stems))
        return list(dict.fromkeys((*own, *(term for some in same for term in some))))

    def lookup_exact(self, stems: Stems) -> list[CatalogEntity]:
        """Return the names that a phrase is, without what its synonyms mean."""
        return self._terms.get(stems, [])


def _brands(counts: Mapping[str, int]) -> Iterator[CatalogEntity]:
    for name, count in counts.items():
        yield CatalogEntity("brand", name, In("brand_key", (fold(name),)), count)


def _categories(counts: Mapping[str, int]) -> Iterator[CatalogEntity]:
    nodes: dict[str, int] = {}
    for path, count in counts.items():
        node = path.split(CATEGORY_SEPARATOR)[-1]
        nodes[node] = nodes.get(node, 0) + count
    for node, count in nodes.items():
        yield CatalogEntity("category", node, In("category_key", (fold(node),)), count)


def _attributes(counts: Mapping[str, int]) -> Iterator[CatalogEntity]:
    for key, count in counts.items():
        name, _, value = key.partition("=")
        if value in _EMPTY or name.replace(" ", "_") not in DESCRIPTIVE_ATTRIBUTES:
            continue
        if value.replace(".", "").isdigit():  # "size 42" names a size, "42" nothing
            value = f"{name} {value}"
        yield CatalogEntity(name, value, In("attributes_key", (key,)), count)
