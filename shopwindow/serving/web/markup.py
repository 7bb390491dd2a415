"""HTML from values: every text and attribute is escaped here and nowhere else."""

from collections.abc import Iterable
from html import escape


class Markup(str):
    """HTML that was made by `tag` or `join`; any other text is escaped when it goes in."""

    __slots__ = ()


def escape_text(value: str) -> Markup:
    """Return a text as HTML; what is markup already stays as it is."""
    return value if isinstance(value, Markup) else Markup(escape(value, quote=True))


def join(parts: Iterable[str]) -> Markup:
    """Return the parts as HTML, one after another."""
    return Markup("".join(escape_text(part) for part in parts))


def tag(element: str, /, *children: str, **attributes: str | bool | None) -> Markup:
    """Return one element.

    Args:
        element: "div", or "div.card.sold-out" with classes.
        children: Markup, or texts that are escaped.
        attributes: `class_` for class, `data_id` for data-id; True for one without a value;
            None and False leave it out.
    """
    name, *classes = element.split(".")
    if classes:
        attributes = {"class_": " ".join(classes), **attributes}
    inside = "".join(_attribute(each, value) for each, value in attributes.items())
    if name in {"img", "input"}:
        return Markup(f"<{name}{inside}>")
    return Markup(f"<{name}{inside}>{join(children)}</{name}>")


def action_button(act: str, /, *children: str, **attributes: str | bool | None) -> Markup:
    """Return a button that tells the page to act; see `shopwindow/serving/web/page.js`."""
    return tag("button", *children, type="button", data_act=act, **attributes)


def _attribute(name: str, value: str | bool | None) -> str:
    if value is None or value is False:
        return ""
    shown = name.rstrip("_").replace("_", "-")
    return f" {shown}" if value is True else f' {shown}="{escape(value, quote=True)}"'
