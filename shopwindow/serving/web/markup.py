"""Builds HTML: every text and attribute is escaped here and nowhere else."""

from collections.abc import Iterable
from html import escape


class Markup(str):
    """HTML that `tag` or `join` built; any other text is escaped when it is inserted."""

    __slots__ = ()


def escape_text(value: str) -> Markup:
    """Return a text as HTML; markup is returned unchanged."""
    return value if isinstance(value, Markup) else Markup(escape(value, quote=True))


def join(parts: Iterable[str]) -> Markup:
    """Return the parts as HTML, one after another; texts among them are escaped."""
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
    rendered = "".join(_render_attribute(key, value) for key, value in attributes.items())
    if name in {"img", "input"}:
        return Markup(f"<{name}{rendered}>")
    return Markup(f"<{name}{rendered}>{join(children)}</{name}>")


def action_button(act: str, /, *children: str, **attributes: str | bool | None) -> Markup:
    """Return a button that triggers an action of the page; `page.js` sends it."""
    return tag("button", *children, type="button", data_act=act, **attributes)


def _render_attribute(name: str, value: str | bool | None) -> str:
    if value is None or value is False:
        return ""
    attribute = name.rstrip("_").replace("_", "-")
    return f" {attribute}" if value is True else f' {attribute}="{escape(value, quote=True)}"'
