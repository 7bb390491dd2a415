"""Products, queries, errors, vectors and settings: what they refuse, and that they are frozen."""

import pickle
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from shopwindow import values
from shopwindow.values import EncoderSpec, Filters, Product, Query, Translation, errors
from shopwindow.values.arrays import check_vectors, l2_normalize
from shopwindow.values.encoder import digest
from shopwindow.values.errors import (
    EncoderMismatchError,
    IndexNotFoundError,
    InvalidProductError,
    InvalidQueryError,
    InvalidSettingError,
    PhotoFetchError,
    ProductNotFoundError,
    ShopwindowError,
    VectorError,
)
from shopwindow.values.settings import FORMER_NAMES, Settings, read_settings

NAIVE = datetime(2026, 1, 1)
INVALID_VALUES: dict[str, tuple[type, dict[str, Any], type[Exception], str]] = {
    "no id": (Product, {"id": " ", "title": "x"}, InvalidProductError, "id: expected"),
    "id no text": (Product, {"id": 5, "title": "x"}, InvalidProductError, "id: expected"),
    "long id": (Product, {"id": "x" * 513, "title": "x"}, InvalidProductError, "512"),
    "nothing": (Product, {"id": "1"}, InvalidProductError, "a title or an image"),
    "blank title": (Product, {"id": "1", "title": " "}, InvalidProductError, "title or an image"),
    "negative price": (
        Product, {"id": "1", "title": "x", "price": -1}, InvalidProductError, "price: expected",
    ),
    "price nan": (
        Product, {"id": "1", "title": "x", "price": float("nan")}, InvalidProductError, "price",
    ),
    "category text": (
        Product, {"id": "1", "title": "x", "category": "A"}, InvalidProductError, "a tuple",
    ),
    "time without zone": (
        Product, {"id": "1", "title": "x", "created_at": NAIVE}, InvalidProductError, "zone",
    ),
    "limit zero": (Query, {"text": "x", "limit": 0}, InvalidQueryError, "limit: expected 1 to 500"),
    "limit large": (Query, {"text": "x", "limit": 501}, InvalidQueryError, "limit"),
    "limit text": (Query, {"text": "x", "limit": "5"}, InvalidQueryError, "whole number"),
    "limit bool": (Query, {"text": "x", "limit": True}, InvalidQueryError, "whole number"),
    "long text": (Query, {"text": "x" * 2001}, InvalidQueryError, "2000"),
    "unknown facet": (Query, {"facets": ("colour",)}, InvalidQueryError, "facets: expected"),
    "price_min negative": (Filters, {"price_min": -1}, InvalidQueryError, "price_min"),
    "price_max infinite": (Filters, {"price_max": float("inf")}, InvalidQueryError, "price_max"),
    "empty range": (
        Filters, {"price_min": 9, "price_max": 3}, InvalidQueryError, "at least price_min",
    ),
    "since without zone": (Filters, {"created_since": NAIVE}, InvalidQueryError, "zone"),
}  # fmt: skip


@pytest.mark.parametrize(
    ("cls", "arguments", "error", "message"), INVALID_VALUES.values(), ids=INVALID_VALUES
)
def test_invalid_values_are_refused(
    cls: type, arguments: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        cls(**arguments)


def test_a_product_is_immutable_and_can_be_pickled() -> None:
    attributes = {"color": "red"}
    product = Product(
        id="1",
        title="Dress",
        translations={"ar": Translation("فستان")},
        attributes=attributes,
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    attributes["color"] = "blue"
    assert product.attributes["color"] == "red"
    with pytest.raises(TypeError, match="does not support item assignment"):
        product.attributes["color"] = "green"  # type: ignore[index]
    assert pickle.loads(pickle.dumps(product)) == product


@pytest.mark.parametrize(
    "error",
    [
        InvalidQueryError("limit", "1 to 500", 0),
        EncoderMismatchError("var/index", "a@1", "b@2"),
        PhotoFetchError("http://x/y.jpg", "timed out"),
        IndexNotFoundError("var/index"),
        ProductNotFoundError("sku-1"),
    ],
)
def test_errors_survive_pickling(error: ShopwindowError) -> None:
    unpickled = pickle.loads(pickle.dumps(error))
    assert (type(unpickled), str(unpickled)) == (type(error), str(error))
    assert unpickled.__dict__ == error.__dict__


def test_every_error_is_in_the_docstring_tree_and_derives_from_a_built_in() -> None:
    error_types = [
        value
        for value in vars(errors).values()
        if isinstance(value, type) and issubclass(value, ShopwindowError)
    ]
    for error_type in error_types:
        assert error_type.__name__ in (errors.__doc__ or "")
        if error_type is not ShopwindowError:
            assert issubclass(error_type, (ValueError, RuntimeError))


def test_exported_names_exist_and_are_unique() -> None:
    assert len(set(values.__all__)) == len(values.__all__)
    assert {"Product", "Query", "Filters", "Encoder", "EncoderSpec"} <= set(values.__all__)
    assert all(hasattr(values, name) for name in values.__all__)


def test_an_encoder_spec_has_an_identity_and_survives_serialization() -> None:
    spec = EncoderSpec(name="x", version="1", dim=4, image_size=8, languages=("en", "ar"))
    assert spec.identity == "x@1"
    assert EncoderSpec.from_dict({**spec.as_dict(), "later": 1}) == spec


def test_digests_depend_on_how_values_are_split() -> None:
    assert digest("ab", "c") != digest("a", "bc")
    assert digest({"b": 1, "a": 2}) == digest({"a": 2, "b": 1})
    assert digest(b"x") != digest("x")


def test_vectors_are_validated_and_normalized() -> None:
    assert check_vectors([[1, 2]], 2).dtype == np.float32
    with pytest.raises(VectorError, match=r"shape \(n, 3\), got \(1, 2\)"):
        check_vectors([[1, 2]], 3)
    with pytest.raises(VectorError, match="vector 1 has values"):
        check_vectors(np.array([[1, 2], [np.nan, 1]]), 2)
    rows = l2_normalize(np.array([[3, 4], [0, 0]]))
    np.testing.assert_allclose(rows, np.array([[0.6, 0.8], [0, 0]]))


def test_settings_are_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOPWINDOW_SERVER__PORT", "8001")
    monkeypatch.setenv("SHOPWINDOW_INDEX__API_KEY", "secret")
    settings = read_settings()
    assert settings.server.port == 8001
    assert "secret" not in repr(settings)


def test_a_dotenv_file_may_hold_variables_of_other_programs(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    dotenv = tmp_path / ".env"
    dotenv.write_text("OTHER=1\nSHOPWINDOW_SERVER__PORT=8002\n")
    assert read_settings().server.port == 8002
    dotenv.write_text("SHOPWINDOW_SERVRE__PORT=8002\n")
    with pytest.raises(InvalidSettingError, match="SHOPWINDOW_SERVRE__PORT: expected a name"):
        read_settings()


def test_a_dotenv_file_may_start_with_a_byte_order_mark_and_must_be_utf8(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    dotenv = tmp_path / ".env"
    dotenv.write_bytes(b"\xef\xbb\xbfSHOPWINDOW_SERVER__PORT=8003\n")
    assert read_settings().server.port == 8003
    dotenv.write_bytes(b"SHOPWINDOW_INDEX__LOCATION=caf\xe9\n")
    with pytest.raises(InvalidSettingError, match=r"\.env: expected a file in UTF-8, got b'\\xe9"):
        read_settings()


def test_an_invalid_secret_is_not_in_the_message(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOPWINDOW_INDEX__API_KEY", "hush\udce9")
    with pytest.raises(InvalidSettingError, match=r"API_KEY: expected .*Unicode") as caught:
        read_settings()
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("SHOPWINDOW_INDEX__LOCATION", "caf\udce9", "LOCATION: expected a text in valid Unicode"),
        ("SHOPWINDOW_SERV\udce9", "1", r"SHOPWINDOW_SERV\\udce9: expected a name that begins"),
        ("SHOPWINDOW_SERVER", "[" * 5000, "SHOPWINDOW_: expected settings that can be read"),
        ("SHOPWINDOW_SERVER", "abc", "SHOPWINDOW_: expected settings that can be read"),
        ("SHOPWINDOW_SERVRE__PORT", "1", "SHOPWINDOW_SERVRE__PORT: expected a name that begins"),
        ("SHOPWINDOW_SERVER__PROT", "1", "SHOPWINDOW_SERVER__PROT"),
        ("SHOPWINDOW_SERVER__PORT", "99999", "SHOPWINDOW_SERVER__PORT"),
        ("SHOPWINDOW_SERVER__PORT", "web", "SHOPWINDOW_SERVER__PORT"),
        ("SHOPWINDOW_SEARCH__CANDIDATES_PER_RETRIEVER", "1", "SHOPWINDOW_SEARCH__CANDIDATES"),
        ("SHOPWINDOW_SEARCH__DEPTH", "100", "name SHOPWINDOW_SEARCH__CANDIDATES_PER_RETRIEVER,"),
        ("SHOPWINDOW_SEARCH__FUSON", "rrf", "expected the name SHOPWINDOW_SEARCH__FUSION, got"),
        ("SHOPWINDOW_SEARCH", '{"depth": 9}', "name SHOPWINDOW_SEARCH__CANDIDATES_PER_RETRIEVER,"),
        ("SHOPWINDOW_EVENTS__X", "1", "SHOPWINDOW_EVENTS__ENABLED or SHOPWINDOW_EVENTS__FOLDER"),
        ("SHOPWINDOW_SEARCH__FUSION", "magic", "SHOPWINDOW_SEARCH__FUSION"),
        ("SHOPWINDOW_ENCODER__PRECISION", "float8", "SHOPWINDOW_ENCODER__PRECISION"),
        ("SHOPWINDOW_PHOTO__MAX_BYTES", "0", "SHOPWINDOW_PHOTO__MAX_BYTES"),
    ],
)
def test_invalid_settings_are_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, message: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(InvalidSettingError, match=message):
        read_settings()


def test_every_invalid_setting_is_named_at_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("SHOPWINDOW_SERVRE__PORT=1\nSHOPWINDOW_SERVER__PORT=99999\n")
    monkeypatch.setenv("SHOPWINDOW_INDEX__BATCH_SIZE", "٢٥")
    monkeypatch.setenv("SHOPWINDOW_SEARCH", '{"depth": 9, "diversity": 2}')
    monkeypatch.setenv("SHOPWINDOW_EVENTS__ENABLED", "perhaps")
    monkeypatch.setenv("SHOPWINDOW_SEARCH__FUSON", "rrf")
    with pytest.raises(InvalidSettingError, match="SERVRE") as caught:
        read_settings()
    found = dict(line.split(": expected ") for line in caught.value.lines)
    assert found.pop("SHOPWINDOW_SERVRE__PORT").endswith("Did you mean SHOPWINDOW_SERVER__PORT?")
    assert found == {
        "SHOPWINDOW_SEARCH__FUSON": "the name SHOPWINDOW_SEARCH__FUSION, got 'fuson'",
        "SHOPWINDOW_INDEX__BATCH_SIZE": "a whole number from 1 to 10000, in the digits 0 to 9, "
        "got '٢٥'",
        "SHOPWINDOW_SEARCH__DIVERSITY": "a number from 0 to 1, got 2",
        "SHOPWINDOW_SEARCH__DEPTH": "the name SHOPWINDOW_SEARCH__CANDIDATES_PER_RETRIEVER, "
        "got 'depth'",
        "SHOPWINDOW_EVENTS__ENABLED": "true or false, got 'perhaps'",
        "SHOPWINDOW_SERVER__PORT": "a whole number from 0 to 65535, got '99999'",
    }
    assert isinstance(caught.value.__cause__, ValueError)


def test_a_secret_in_a_group_of_settings_is_not_in_the_message(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SHOPWINDOW_INDEX", '{"api_key": ["hush"], "batch_size": 0}')
    with pytest.raises(InvalidSettingError, match=r"API_KEY: .*got 'a secret'") as caught:
        read_settings()
    assert len(caught.value.problems) == 2
    assert "hush" not in str(caught.value)


def test_settings_are_frozen_and_described(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    settings = read_settings()
    with pytest.raises(ValueError, match="frozen"):
        setattr(settings.server, "port", 1)  # noqa: B010
    for group in Settings.model_fields:
        for name, field in type(getattr(settings, group)).model_fields.items():
            assert field.description, f"{group}.{name} has no description"


def test_former_names_of_settings_lead_to_settings() -> None:
    for former, name in FORMER_NAMES.items():
        group, old = former.split(".")
        fields = type(getattr(Settings(), group)).model_fields
        assert name in fields
        assert old not in fields
