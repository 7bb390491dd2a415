"""Environment variables that set the fields of a model of settings, in groups."""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from shopwindow.values.config.model_fields import get_fields, list_keys
from shopwindow.values.config.problem import Keys
from shopwindow.values.errors import InvalidSettingError
from shopwindow.values.validation import Validator, are_plain_strings

_SECRET_NAME_PARTS = ("KEY", "PASSWORD")


@dataclass(frozen=True, slots=True)
class VariableNames:
    """The variables of a model; pydantic-settings ignores mistyped ones, so they are checked here.

    Attributes:
        model: The model; its fields are groups of settings.
        prefix: What all variables begin with.
        delimiter: What stands between group and setting.
        former_names: Names that settings had once, by "group.name"; refused with today's name.
    """

    model: Any
    prefix: str
    delimiter: str
    former_names: Mapping[str, str]

    def format(self, keys: Keys) -> str:
        """Return the variable of a setting."""
        path = self.delimiter.join(str(key) for key in keys).upper()
        return path if path.startswith(self.prefix) else self.prefix + path

    def find_fault(self, name: str, value: str) -> InvalidSettingError | None:
        """Return what is wrong with a variable's name, or with its value as a text.

        Args:
            name: The variable; one without the prefix has no faults.
            value: Its value, which is not shown when the name is that of a secret.
        """
        if not name.upper().startswith(self.prefix):
            return None
        fault = self.find_name_fault(name)
        is_secret = any(part in name.upper() for part in _SECRET_NAME_PARTS)
        if fault is None and is_secret and not are_plain_strings([value]):
            fault = InvalidSettingError(name, "a text in valid Unicode", "a secret")
        return fault or _find_text_fault(name, value)

    def find_name_fault(self, name: str) -> InvalidSettingError | None:
        """Return what is wrong with a variable's name, with the likely one; None when it is known.

        Args:
            name: The variable, with the prefix.
        """
        path = name.upper().removeprefix(self.prefix).lower()
        group, _, field = path.partition(self.delimiter)
        groups = get_fields(self.model)
        if group not in groups:
            prefixes = ", ".join(sorted(self.format([known]) for known in groups))
            likely = get_close_matches(group, groups, n=1)
            full_name = self.format([*likely, field] if field else likely)
            remedy = f"Did you mean {full_name}?" if likely else ""
            expected = f"a name that begins with one of {prefixes}"
            return InvalidSettingError(name, expected, group, remedy)
        fields = list_keys(self.model, [group])
        if not field or field in fields:
            return None
        former = self.former_names.get(f"{group}.{field}")
        likely = [former] if former else get_close_matches(field, fields, n=1, cutoff=0.5)
        known = [self.format([group, likely_field]) for likely_field in likely or fields]
        return InvalidSettingError(name, f"the name {' or '.join(known)}", field)


def _find_text_fault(name: str, value: str) -> InvalidSettingError | None:
    try:
        Validator(InvalidSettingError).check_text(name, value)
    except InvalidSettingError as exc:
        return exc
    return None
