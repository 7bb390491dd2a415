"""The shared values: what they refuse, and that they stay as they were made."""

import pickle
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import shopwindow.values as core
from shopwindow.values import EncoderSpec, Filters, Product, Query, Translation
from shopwindow.values import errors as error_tree
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
from shopwindow.values.settings import Settings, read_settings

NAIVE = datetime(2026, 1, 1)
BROKEN: dict[str, tuple[type, dict[str, Any], type[Exception], str]] = {
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


@pytest.mark.parametrize(("kind", "values", "error", "message"), BROKEN.values(), ids=BROKEN)
def test_values_without_sense_are_refused(
    kind: type, values: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        kind(**values)


def test_a_product_never_changes_and_can_be_pickled() -> None:
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
def test_errors_cross_processes_whole(error: ShopwindowError) -> None:
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again)) == (type(error), str(error))
    assert again.__dict__ == error.__dict__


def test_every_error_is_drawn_in_the_tree_and_is_a_builtin_too() -> None:
    kinds = [
        each
        for each in vars(error_tree).values()
        if isinstance(each, type) and issubclass(each, ShopwindowError)
    ]
    for kind in kinds:
        assert kind.__name__ in (error_tree.__doc__ or "")
        if kind is not ShopwindowError:
            assert issubclass(kind, (ValueError, RuntimeError))


def test_exported_names_are_these() -> None:
    assert len(set(core.__all__)) == len(core.__all__)
    assert {"Product", "Query", "Filters", "Encoder", "EncoderSpec"} <= set(core.__all__)
    assert all(hasattr(core, name) for name in core.__all__)


def test_an_encoder_spec_knows_its_identity() -> None:
    spec = EncoderSpec(name="x", version="1", dim=4, image_size=8, languages=("en", "ar"))
    assert spec.identity == "x@1"
    assert EncoderSpec.from_dict({**spec.as_dict(), "later": 1}) == spec


def test_digests_tell_parts_apart() -> None:
    assert digest("ab", "c") != digest("a", "bc")
    assert digest({"b": 1, "a": 2}) == digest({"a": 2, "b": 1})
    assert digest(b"x") != digest("x")


def test_vectors_are_checked() -> None:
    assert check_vectors([[1, 2]], 2).dtype == np.float32
    with pytest.raises(VectorError, match=r"shape \(n, 3\), got \(1, 2\)"):
        check_vectors([[1, 2]], 3)
    with pytest.raises(VectorError, match="vector 1 has values"):
        check_vectors(np.array([[1, 2], [np.nan, 1]]), 2)
    rows = l2_normalize(np.array([[3, 4], [0, 0]]))
    np.testing.assert_allclose(rows, np.array([[0.6, 0.8], [0, 0]]))


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOPWINDOW_SERVER__PORT", "8001")
    monkeypatch.setenv("SHOPWINDOW_INDEX__API_KEY", "secret")
    settings = read_settings()
    assert settings.server.port == 8001
    assert "secret" not in repr(settings)


def test_a_dotenv_file_may_hold_other_lines(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    dotenv = tmp_path / ".env"
    dotenv.write_text("OTHER=1\nSHOPWINDOW_SERVER__PORT=8002\n")
    assert read_settings().server.port == 8002
    dotenv.write_text("SHOPWINDOW_SERVRE__PORT=8002\n")
    with pytest.raises(InvalidSettingError, match="SHOPWINDOW_SERVRE__PORT: expected a name"):
        read_settings()


def test_a_dotenv_file_may_begin_with_a_mark_and_must_be_text(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    dotenv = tmp_path / ".env"
    dotenv.write_bytes(b"\xef\xbb\xbfSHOPWINDOW_SERVER__PORT=8003\n")
    assert read_settings().server.port == 8003
    dotenv.write_bytes(b"SHOPWINDOW_INDEX__LOCATION=caf\xe9\n")
    with pytest.raises(InvalidSettingError, match=r"\.env: expected a file in UTF-8, got b'\\xe9"):
        read_settings()


def test_a_secret_that_is_no_text_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
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
        ("SHOPWINDOW_SEARCH__DEPTH", "1", "SHOPWINDOW_SEARCH__DEPTH"),
        ("SHOPWINDOW_SEARCH__FUSION", "magic", "SHOPWINDOW_SEARCH__FUSION"),
        ("SHOPWINDOW_ENCODER__PRECISION", "float8", "SHOPWINDOW_ENCODER__PRECISION"),
        ("SHOPWINDOW_PHOTO__MAX_BYTES", "0", "SHOPWINDOW_PHOTO__MAX_BYTES"),
    ],
)
def test_settings_without_sense_are_named(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, message: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(InvalidSettingError, match=message):
        read_settings()


def test_settings_are_frozen_and_described(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    settings = read_settings()
    with pytest.raises(ValueError, match="frozen"):
        setattr(settings.server, "port", 1)  # noqa: B010
    for group in Settings.model_fields:
        for name, field in type(getattr(settings, group)).model_fields.items():
            assert field.description, f"{group}.{name} has no description"
