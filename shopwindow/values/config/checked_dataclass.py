"""Frozen dataclasses whose fields pydantic checks, and which refuse with an error of ours."""

import dataclasses
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, TypeVar, dataclass_transform

from pydantic import ConfigDict, ValidationError
from pydantic.dataclasses import dataclass

from shopwindow.values.config.model_problems import list_problems
from shopwindow.values.config.problem import Problem
from shopwindow.values.errors import ShopwindowError

Value = TypeVar("Value")


@dataclass_transform(frozen_default=True, field_specifiers=(dataclasses.field,))
def checked_dataclass(
    make_error: Callable[[Sequence[Problem]], ShopwindowError],
) -> Callable[[type[Value]], type[Value]]:
    """Make a class a frozen dataclass whose fields are checked by their annotations.

    Args:
        make_error: Makes the error that a refused value raises, from all of its problems.

    Returns:
        The decorator.
    """

    def decorate(cls: type[Value]) -> type[Value]:
        config = ConfigDict(strict=True, extra="forbid")
        checked: Any = dataclass(frozen=True, slots=True, config=config)(cls)
        construct = checked.__init__

        @wraps(construct)
        def __init__(self: object, *args: object, **kwargs: object) -> None:  # noqa: N807 -- becomes the method
            try:
                construct(self, *args, **kwargs)
            except ValidationError as exc:
                raise make_error(list_problems(exc, checked)) from exc

        checked.__init__ = __init__
        return checked  # type: ignore[no-any-return]  # the class itself, with slots

    return decorate
