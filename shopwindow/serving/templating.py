"""Renders the HTML of the page and of the command line's reports: templates, one a component.

Every text is escaped by the environment; `Markup` is what a template already rendered. A template
has no logic beyond loops and conditions: texts come in translated, prices and numbers formatted.
"""

import re
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from jinja2.ext import Extension
from markupsafe import Markup

_BREAK_BESIDE_MARKUP = re.compile(r"(?<=[>}])\s*\n\s*|\s*\n\s*(?=[<{])")
_BREAK_BETWEEN_ATTRIBUTES = re.compile(r'(?<=")\s*\n\s*(?=[a-z])')


class IndentationRemover(Extension):
    """Leaves out line breaks beside a tag, an expression or a statement, with their indentation.

    Browsers show white space between two buttons as a gap. Breaks become comments of the template,
    so that errors still name its lines. One between two attributes is a space, one between two
    words stays.
    """

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """Return the source of a template without its indentation."""
        without_breaks = _BREAK_BESIDE_MARKUP.sub(lambda match: f"{{#{match[0]}#}}", source)
        return _BREAK_BETWEEN_ATTRIBUTES.sub(lambda match: f" {{#{match[0]}#}}", without_breaks)


def render_template(name: str, /, **values: object) -> Markup:
    """Return a template rendered with its values.

    Args:
        name: Path below the folder `templates`: "web/card.html".
        values: Every value that the template names; texts among them are escaped.

    Raises:
        jinja2.UndefinedError: The template names a value that is missing.
    """
    return Markup(_get_environment().get_template(name).render(values))


@cache
def _get_environment() -> Environment:
    return Environment(
        loader=PackageLoader("shopwindow.serving"),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=[IndentationRemover],
        auto_reload=False,
    )
