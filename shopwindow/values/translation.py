"""A product's texts in a further language."""

from dataclasses import dataclass

from shopwindow.values.errors import InvalidProductError
from shopwindow.values.validation import Validator, are_plain_strings

_VALIDATOR = Validator(InvalidProductError)


@dataclass(frozen=True, slots=True)
class Translation:
    """A product's title and description in one further language.

    Attributes:
        title: The title in that language; may be empty when only the description is translated.
        description: The description in that language.

    Raises:
        InvalidProductError: A field is not a string, or not valid Unicode.
    """

    title: str = ""
    description: str = ""

    def __post_init__(self) -> None:
        """Validate the texts.

        Raises:
            InvalidProductError: See the class.
        """
        if are_plain_strings((self.title, self.description)):
            return
        for name in ("title", "description"):
            object.__setattr__(self, name, _VALIDATOR.check_text(name, getattr(self, name)))
