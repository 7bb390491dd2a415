"""Renders the components of the page: each is a template in `templates/web`."""

from markupsafe import Markup

from shopwindow.serving.templating import render_template
from shopwindow.serving.web.translations import TEXT_DIRECTIONS
from shopwindow.values.display_formats import Language


def render_component(name: str, /, **values: object) -> Markup:
    """Return a component.

    Args:
        name: Name of its template, without ".html".
        values: Every value that the template names; texts among them are escaped.
    """
    return render_template(f"web/{name}.html", **values)


def render_block(name: str, language: Language, /, **values: object) -> Markup:
    """Return a component that says which language it is in, for it stands alone on the page.

    Args:
        name: Name of its template, without ".html"; it has `language` and `direction` as well.
        language: Of its texts.
        values: Every other value that the template names.
    """
    direction = TEXT_DIRECTIONS[language]
    return render_component(name, language=language, direction=direction, **values)
