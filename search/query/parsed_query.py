"""The result of parsing a query's text."""

from dataclasses import dataclass, field

from index.store import In
from shopwindow.values import Filters, QueryInterpretation


@dataclass(frozen=True, slots=True)
class AttributeMatch:
    """A phrase of the query that names an entity: a colour, a brand, a category.

    Attributes:
        kind: "brand", "category", or the attribute's name.
        typed: The phrase as typed.
        name: What it most probably means, as the catalogue writes it.
        conditions: One condition for each entity that it may name; a product that fulfils any of
            them matches.
    """

    kind: str
    typed: str
    name: str
    conditions: tuple[In, ...]


@dataclass(frozen=True, slots=True)
class ParsedQuery:
    """A query's text, split into what to search for and what constrains the hits.

    Attributes:
        text: The text that the lexical and vector retrievers search for.
        filters: Those of the query, and a price range parsed from its text.
        attribute_matches: Entities that the text names; products that have them are boosted.
        demoted: Phrases negated by a word such as "without"; products that have them are demoted.
        excluded: Words after a minus sign; products that have them are left out.
        interpretations: All of this in the form that a page shows.
    """

    text: str
    filters: Filters
    attribute_matches: tuple[AttributeMatch, ...] = ()
    demoted: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    interpretations: tuple[QueryInterpretation, ...] = field(default=())
