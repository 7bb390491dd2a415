"""The page of all settings, made from the settings themselves.

`python -m shopwindow.serving.cli.settings_page > docs/settings.md` writes it; a test keeps the two equal.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, get_args, get_origin

import typer
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from shopwindow.values.settings import ENV_DELIMITER, ENV_PREFIX, Settings

_BOUNDS = {"gt": "over {:,}", "ge": "from {:,}", "lt": "under {:,}", "le": "to {:,}"}
_KINDS = {"int": "whole number", "float": "number", "bool": "true or false"}
_HEAD = """# Settings

Each setting is a variable of the environment, or a line of a `.env` file in the working folder.
`shopwindow --index` and `--encoder` go before both. `shopwindow info` shows what is in force.
A name that is not in this table is an error.

This page is made by `python -m shopwindow.serving.cli.settings_page > docs/settings.md`."""


@dataclass(frozen=True, slots=True)
class SettingRow:
    """One setting.

    Attributes:
        group: Field of `Settings`.
        field: Field of the group.
        default: Its value when nothing is given.
        values: What it takes, in words.
        description: What it does.
    """

    group: str
    field: str
    default: object
    values: str
    description: str

    @property
    def name(self) -> str:
        """The variable of the environment."""
        return f"{ENV_PREFIX}{self.group}{ENV_DELIMITER}{self.field}".upper()


def iter_settings() -> Iterator[SettingRow]:
    """Yield every setting, in the order of `shopwindow.values.settings`.

    Yields:
        Settings, none left out.
    """
    for group, group_info in Settings.model_fields.items():
        model: Any = group_info.annotation
        fields: dict[str, FieldInfo] = model.model_fields
        for name, info in fields.items():
            yield SettingRow(group, name, info.default, _values(info), info.description or "")


def render_settings_page() -> str:
    """Return the page, as Markdown."""
    parts = [_HEAD]
    for group, info in Settings.model_fields.items():
        model: Any = info.annotation
        parts.append(f"\n## {group.title()}\n\n{_about(model)}\n")
        parts.append("| variable | default | takes | meaning |\n| --- | --- | --- | --- |")
        parts += [_line(row) for row in iter_settings() if row.group == group]
    return "\n".join(parts) + "\n"


def _about(model: type[BaseModel]) -> str:
    return (model.__doc__ or "").strip().splitlines()[0]


def _line(row: SettingRow) -> str:
    default = "" if row.default is None else f"`{row.default}`"
    return f"| `{row.name}` | {default} | {row.values} | {row.description} |"


def _values(info: FieldInfo) -> str:
    if get_origin(info.annotation) is Literal:
        return ", ".join(f"`{each}`" for each in get_args(info.annotation))
    kind = _KINDS.get(getattr(info.annotation, "__name__", ""), "text")
    bounds = [
        words.format(getattr(each, name))
        for each in info.metadata
        for name, words in _BOUNDS.items()
        if getattr(each, name, None) is not None
    ]
    return " ".join([kind, *bounds])


if __name__ == "__main__":
    typer.echo(render_settings_page(), nl=False)
