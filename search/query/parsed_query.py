"""What was read out of a query."""

from dataclasses import dataclass, field

from index.store.points import In
from shopwindow.values.query import Filters
from shopwindow.values.response import QueryInterpretation


@dataclass(frozen=True, slots=True)
class AttributeMatch:
    """A phrase of the query that names something of the catalogue: a colour, a brand, a kind.

    Attributes:
        kind: "brand", "category", or the attribute's name.
        typed: The phrase as typed.
        name: What it most probably means, as the catalogue writes it.
        conditions: One condition for each thing that it may mean; a product that fulfils one of them is
            what was wished for.
    """

    kind: str
    typed: str
    name: str
    conditions: tuple[In, ...]


@dataclass(frozen=True, slots=True)
class ParsedQuery:
    """A query's text, taken apart.

    Attributes:
        text: What the words and the vectors are asked for.
        filters: Those of the query, and those that its text names unmistakably.
        attribute_matches: What the text names; products that have it come earlier.
        demoted: Phrases that the text excludes.
        excluded: Words that were struck out with a minus sign.
        interpretations: All of this as a page shows it.
    """

    text: str
    filters: Filters
    attribute_matches: tuple[AttributeMatch, ...] = ()
    demoted: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    interpretations: tuple[QueryInterpretation, ...] = field(default=())
