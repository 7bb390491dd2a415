"""What pydantic finds wrong becomes sentences: where, what was expected, what came."""

from collections.abc import Mapping, Sequence
from dataclasses import FrozenInstanceError, replace
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError

from shopwindow.values.config import (
    Problem,
    checked_dataclass,
    format_value,
    list_problems,
    read_toml,
    restrict_keys,
)
from shopwindow.values.errors import InvalidSettingError, InvalidValueError, RuleError


def refuse_odd(number: int) -> int:
    if number % 2:
        raise InvalidValueError("", "an even number", number, "Add one")
    return number


class Shelf(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    n_slots: int = Field(4, alias="slots", ge=1, le=9)
    width: Annotated[float, Field(gt=0, le=2)] | None = None
    wood: Literal["oak", "pine"] = "oak"
    legs: Annotated[int, AfterValidator(refuse_odd)] = 4
    is_old: bool = False


class Room(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    name: str
    shelves: list[Shelf] = []
    key: SecretStr | None = None
    labels: Mapping[Annotated[str, restrict_keys(("color", "size"))], str] = {}


class House(BaseModel):
    room: Room


def list_sentences(values: Mapping[str, Any], model: type[BaseModel] = Room) -> list[str]:
    with pytest.raises(ValidationError) as caught:
        model.model_validate(values)
    return [str(problem) for problem in list_problems(caught.value, model)]


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({}, "`name` is missing; expected a text in quotation marks"),
        ({"name": 5}, "`name`: expected a text in quotation marks, got 5"),
        ({"name": "x", "Nmae": 1}, "`Nmae` is not known; did you mean `name`?"),
        (
            {"name": "x", "zzz": 1},
            "`zzz` is not known; known are name, shelves, key, labels",
        ),
        ({"name": "x", "shelves": 1}, "`shelves`: expected a list between [ and ], got 1"),
        ({"name": "x", "labels": []}, "`labels`: expected a table of names, got []"),
        (
            {"name": "x", "labels": {"colr": "x"}},
            "`labels.colr` is not known; did you mean `color`?",
        ),
    ],
)
def test_a_problem_is_one_sentence(values: Mapping[str, Any], sentence: str) -> None:
    assert list_sentences(values) == [sentence]


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"slots": 0}, "`shelves.slots` (item 2): expected a whole number from 1 to 9, got 0"),
        (
            {"slots": "٤"},
            "a whole number from 1 to 9, in the digits 0 to 9, without quotation marks",
        ),
        ({"slot": 3}, "`shelves.slot` (item 2) is not known; did you mean `slots`?"),
        ({"n_slots": 3}, "`shelves.n_slots` (item 2) is not known; did you mean `slots`?"),
        ({"width": 3.0}, "`shelves.width` (item 2): expected a number above 0, at most 2, got 3.0"),
        ({"width": "3"}, "expected a number above 0, at most 2, without quotation marks, got '3'"),
        ({"wood": "ebony"}, "`shelves.wood` (item 2): expected one of oak or pine, got 'ebony'"),
        ({"legs": 3}, "`shelves.legs` (item 2): expected an even number, got 3. Add one"),
        ({"is_old": "yes"}, "expected true or false, without quotation marks, got 'yes'"),
        ({"is_old": 1}, "`shelves.is_old` (item 2): expected true or false, got 1"),
    ],
)
def test_a_problem_in_a_list_of_tables_has_its_item(
    values: Mapping[str, Any], sentence: str
) -> None:
    (found,) = list_sentences({"name": "x", "shelves": [{}, values]})
    assert sentence in found


def test_all_problems_come_at_once_and_an_unknown_key_once() -> None:
    values = {"shelves": [{"slots": 0, "wod": "oak"}], "labels": {"colr": 5, "size": 5}}
    places = [sentence.split("`")[1] for sentence in list_sentences(values)]
    assert sorted(places) == ["labels.colr", "labels.size", "name", "shelves.slots", "shelves.wod"]


@pytest.mark.parametrize(
    "room", [{"name": "x", "key": ["hush"]}, ["hush"], {"key": 5, "name": "hush"}]
)
def test_a_secret_is_not_shown(room: object) -> None:
    sentences = " ".join(list_sentences({"room": room}, House))
    assert "got 'a secret'" in sentences
    assert "hush" not in sentences


def test_a_problem_becomes_an_error_with_its_data() -> None:
    problem = Problem(["query", "persnal"], "", 1, known=("personal", "freshness"))
    error = problem.to_error(InvalidSettingError, "file: query.persnal")
    assert str(error) == (
        "file: query.persnal: expected one of personal, freshness, got 'persnal'. "
        "Did you mean `personal`?"
    )
    known = Problem(["a"], "a number", "x", "Write one").to_error(InvalidSettingError, "A")
    assert (known.field, known.expected, known.got, known.remedy) == (
        "A", "a number", "x", "Write one",
    )  # fmt: skip


def make_error(problems: Sequence[Problem]) -> RuleError:
    return RuleError(map(str, problems))


@checked_dataclass(make_error)
class Lamp:
    name: str
    watts: Annotated[int, Field(ge=1)] = 5


def test_a_checked_dataclass_is_a_frozen_dataclass_with_an_error_of_its_own() -> None:
    lamp = Lamp("desk", 7)
    assert lamp == Lamp(name="desk", watts=7) == replace(Lamp("desk"), watts=7)
    assert {lamp: 1}[Lamp("desk", 7)] == 1
    with pytest.raises(FrozenInstanceError):
        lamp.watts = 3  # type: ignore[misc]
    with pytest.raises(RuleError, match="`watts`: expected a whole number of 1 or more") as caught:
        Lamp(5, 0)  # type: ignore[arg-type]
    assert [problem.split(":")[0] for problem in caught.value.problems] == ["`name`", "`watts`"]
    assert isinstance(caught.value.__cause__, ValidationError)


@pytest.mark.parametrize(
    ("arguments", "options", "match"),
    [
        ((), {}, "`name` is missing; expected a text"),
        (("desk",), {"wats": 3}, "`wats` is not known; did you mean `watts`"),
        (("desk", 5, 6), {}, "expected no further argument, got 6"),
        (("desk",), {"name": "x"}, "`name`: expected one value"),
    ],
)
def test_wrong_arguments_of_a_checked_dataclass_are_refused(
    arguments: tuple[Any, ...], options: dict[str, Any], match: str
) -> None:
    with pytest.raises(RuleError, match=match):
        Lamp(*arguments, **options)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (None, "there is no such file"),
        ("name = 'عباية'".encode("cp1256"), "it is not UTF-8; save it as UTF-8 text"),
        (b"[room\n", "it is not TOML: .* line 1"),
        ("by = “1”".encode(), r'it is not TOML: .*straight \("\)\?'),
        ("by = ٠.٥".encode(), "it is not TOML: .*Write numbers in the digits 0 to 9"),
        (b"a = " + b"[" * 5000, "lists lie too deep"),
        (b"a = " + b"1" * 5000, "it is not TOML: "),
    ],
)
def test_a_file_that_is_not_toml_is_refused_with_the_reason(
    tmp_path: Path, data: bytes | None, reason: str
) -> None:
    path = tmp_path / "a.toml"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(RuleError, match=reason) as caught:
        read_toml(path, lambda text: RuleError([text], path))
    assert caught.value.__cause__ is not None
    assert len(caught.value.lines) == 1


def test_a_folder_and_an_impossible_name_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "a\0b"):
        with pytest.raises(RuleError, match="it cannot be read: "):
            read_toml(path, lambda text: RuleError([text]))


def test_values_are_shown_as_they_are_written() -> None:
    assert format_value(True) == "true"
    assert format_value("x" * 100) == "'" + "x" * 56 + "..."
