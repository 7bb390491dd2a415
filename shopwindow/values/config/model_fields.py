"""What pydantic's models say of their fields: names, types and bounds."""

from collections.abc import Iterator, Mapping
from typing import Any, get_args

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from shopwindow.values.config.problem import Keys


def get_fields(model: Any) -> Mapping[str, FieldInfo]:
    """Return the fields of a model or dataclass by their keys in a file; none of other types."""
    fields: Mapping[str, FieldInfo] = getattr(model, "__pydantic_fields__", {})
    return {info.alias or name: info for name, info in fields.items()}


def find_field(model: Any, keys: Keys) -> FieldInfo | None:
    """Return the field that keys lead to, the last on their way; None where there is none."""
    field: FieldInfo | None = None
    for key in keys:
        if isinstance(key, str) and model is not None:
            field = get_fields(model).get(key)
            model = _find_model(field)
    return field


def list_keys(model: Any, tables: Keys) -> tuple[str, ...]:
    """Return the keys that a table may have.

    Args:
        model: The model of the whole file.
        tables: The keys that lead to the table; empty for the top level.
    """
    return tuple(get_fields(_find_model(find_field(model, tables)) if tables else model))


def is_number(field: FieldInfo | None) -> bool:
    """Return whether a field holds a number."""
    return not {int, float}.isdisjoint(_list_types(field))


def holds_secret(field: FieldInfo | None) -> bool:
    """Return whether a field is a secret, or a table with one."""
    parts = _list_parts(field)
    return SecretStr in parts or any(
        holds_secret(inner) for part in parts for inner in get_fields(part).values()
    )


def describe_field(field: FieldInfo | None) -> str:
    """Return what a field accepts, as a phrase."""
    if is_number(field):
        return describe_number(field)
    return "a text in quotation marks" if str in _list_types(field) else "a value"


def describe_number(field: FieldInfo | None) -> str:
    """Return the numbers that a field accepts, such as "a whole number from 1 to 500"."""
    noun = "a number" if float in _list_types(field) else "a whole number"
    bounds = {
        name: getattr(part, name)
        for part in _list_parts(field)
        for name in ("ge", "gt", "le", "lt")
        if getattr(part, name, None) is not None
    }
    match bounds:
        case {"ge": low, "le": high}:
            return f"{noun} from {low} to {high}"
        case {"ge": low, "lt": high}:
            return f"{noun} from {low}, below {high}"
        case {"gt": low, "le": high}:
            return f"{noun} above {low}, at most {high}"
        case {"ge": low}:
            return f"{noun} of {low} or more"
        case {"gt": low}:
            return f"{noun} above {low}"
    return noun


def _find_model(field: FieldInfo | None) -> Any:
    """Return the model in a field's annotation; None without one."""
    return next((part for part in _list_parts(field) if get_fields(part)), None)


def _list_types(field: FieldInfo | None) -> list[Any]:
    return [part for part in _list_parts(field) if isinstance(part, type)]


def _list_parts(field: FieldInfo | None) -> list[Any]:
    """Return the types and the metadata of a field, from inside unions and aliases as well."""
    return [] if field is None else [*field.metadata, *_iter_parts(field.annotation)]


def _iter_parts(annotation: Any) -> Iterator[Any]:
    yield annotation
    for part in (*get_args(annotation), *getattr(annotation, "__metadata__", ())):
        if isinstance(part, FieldInfo):
            yield from part.metadata
        elif part is not annotation:
            yield from _iter_parts(part)
