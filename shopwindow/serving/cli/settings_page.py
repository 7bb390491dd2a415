"""The page of all settings, rendered from the settings themselves.

`python -m shopwindow.serving.cli.settings_page > docs/settings.md` writes it; a test keeps the two
equal.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, get_args, get_origin

import typer
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from shopwindow.values.settings import ENV_DELIMITER, ENV_PREFIX, Settings

_BOUNDS = {"gt": "over {:,}", "ge": "from {:,}", "lt": "under {:,}", "le": "to {:,}"}
_TYPE_NAMES = {"int": "whole number", "float": "number", "bool": "true or false"}
_HEADER = """# Settings

Each setting is an environment variable, or a line of a `.env` file in the working folder.
`shopwindow --index` and `--encoder` override both. `shopwindow info` shows what is in force.
A name that is not in this table is an error.

This page is made by `python -m shopwindow.serving.cli.settings_page > docs/settings.md`."""


@dataclass(frozen=True, slots=True)
class SettingRow:
    """One setting.

    Attributes:
        group: Field of `Settings`.
        field: Field of the group.
        default: Its value when nothing is given.
        values: The values it takes, in words.
        description: What it does.
    """

    group: str
    field: str
    default: object
    values: str
    description: str

    @property
    def name(self) -> str:
        """The environment variable."""
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
            yield SettingRow(
                group, name, info.default, _describe_values(info), info.description or ""
            )


def render_settings_page() -> str:
    """Return the page, as Markdown."""
    lines = [_HEADER]
    for group, info in Settings.model_fields.items():
        model: Any = info.annotation
        lines.append(f"\n## {group.title()}\n\n{_summarize(model)}\n")
        lines.append("| variable | default | takes | meaning |\n| --- | --- | --- | --- |")
        lines += [_render_row(row) for row in iter_settings() if row.group == group]
    return "\n".join(lines) + "\n"


def _summarize(model: type[BaseModel]) -> str:
    return (model.__doc__ or "").strip().splitlines()[0]


def _render_row(row: SettingRow) -> str:
    default = "" if row.default is None else f"`{row.default}`"
    return f"| `{row.name}` | {default} | {row.values} | {row.description} |"


def _describe_values(info: FieldInfo) -> str:
    if get_origin(info.annotation) is Literal:
        return ", ".join(f"`{choice}`" for choice in get_args(info.annotation))
    type_name = _TYPE_NAMES.get(getattr(info.annotation, "__name__", ""), "text")
    bounds = [
        template.format(getattr(constraint, name))
        for constraint in info.metadata
        for name, template in _BOUNDS.items()
        if getattr(constraint, name, None) is not None
    ]
    return " ".join([type_name, *bounds])


if __name__ == "__main__":
    typer.echo(render_settings_page(), nl=False)
