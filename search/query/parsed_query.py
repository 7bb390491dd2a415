"""What was read out of a query."""

from dataclasses import dataclass, field

from index.store.points import AnyOf
from shopwindow.values.query import Filters
from shopwindow.values.response import Reading


@dataclass(frozen=True, slots=True)
class Wish:
    """A phrase of the query that names something of the catalogue: a colour, a brand, a kind.

    Attributes:
        kind: "brand", "category", or the attribute's name.
        typed: The phrase as typed.
        name: What it most probably means, as the catalogue writes it.
        meant: One condition for each thing that it may mean; a product that fulfils one of them is
            what was wished for.
    """

    kind: str
    typed: str
    name: str
    meant: tuple[AnyOf, ...]


@dataclass(frozen=True, slots=True)
class Understood:
    """A query's text, taken apart.

    Attributes:
        text: What the words and the vectors are asked for.
        filters: Those of the query, and those that its text names unmistakably.
        wishes: What the text names; products that have it come earlier.
        unwanted: Phrases that the text excludes.
        banned: Words that were struck out with a minus sign.
        readings: All of this as a page shows it.
    """

    text: str
    filters: Filters
    wishes: tuple[Wish, ...] = ()
    unwanted: tuple[str, ...] = ()
    banned: tuple[str, ...] = ()
    readings: tuple[Reading, ...] = field(default=())
