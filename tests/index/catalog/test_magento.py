"""Magento's product CSV: store views, configurable products, categories, special prices."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from index.catalog import read_products
from index.catalog.exports import export_source
from index.catalog.exports.collected_rows import CollectedRows
from index.catalog.exports.magento import find_language, parse_categories, parse_pairs
from shopwindow.values import Product, Translation

HEADER = (
    "sku,store_view_code,attribute_set_code,product_type,categories,name,description,"
    "product_online,visibility,price,special_price,special_price_from_date,special_price_to_date,"
    "base_image,additional_images,additional_attributes,qty,is_in_stock,configurable_variations\n"
)
VARIANT = (
    "TEE-R,,Tee,simple,,Tee red,,1,Not Visible Individually,40,30,2020-01-01,2020-02-01,"
    'no_selection,,"color=Red,manufacturer=Sadu,fabric=Cotton|Linen,has_options=0",0,1,\n'
)
PRODUCT = (
    'TEE,,Tee,configurable,"Default Category/Women,Default Category/Women/Tees",Tee,Soft,1,'
    '"Catalog, Search",40,,,,/t/e/tee.jpg,,,0,1,"sku=TEE-R,size=M|sku=TEE-B,size=L"\n'
)


def read_export(tmp_path: Path, text: str) -> dict[str, Product]:
    path = tmp_path / "export.csv"
    path.write_text(text, encoding="utf-8")
    feed = read_products(path)
    assert feed.format == "magento"
    return {product.id: product for product in feed}


def test_store_views_translate_and_variants_are_grouped(tmp_path: Path) -> None:
    products = read_export(
        tmp_path,
        f"{HEADER}TEE,sa_ar,,,,قميص,ناعم,,,,,,,,,,,,\n{VARIANT}{PRODUCT}"
        "TEE,german,,,,Hemd,,,,,,,,,,,,,\n",
    )
    assert list(products) == ["TEE-R", "TEE"]
    arabic, german = Translation("قميص", "ناعم"), Translation("Hemd", "")
    assert products["TEE-R"] == Product(
        id="TEE-R",
        title="Tee red",
        description="Soft",
        translations={"ar": arabic, "de": german},
        price=40.0,
        brand="Sadu",
        category=("Women", "Tees"),
        attributes={"color": "Red", "material": "Cotton, Linen", "size": "M"},
        image=str(tmp_path / "t/e/tee.jpg"),
        group_id="TEE",
        sku="TEE-R",
        availability="in_stock",
    )
    assert products["TEE"].group_id == "TEE"
    assert products["TEE"].translations == {"ar": arabic, "de": german}


def test_a_disabled_product_goes_with_its_variants(tmp_path: Path) -> None:
    disabled = PRODUCT.replace("Soft,1,", "Soft,2,")
    sold_alone = VARIANT.replace("TEE-R", "TEE-B").replace(
        "Not Visible Individually", '"Catalog, Search"'
    )
    assert list(read_export(tmp_path, HEADER + VARIANT + disabled + sold_alone)) == ["TEE-B"]


def test_a_product_of_one_store_view_alone_is_kept(tmp_path: Path) -> None:
    row = "BAG,default,Bag,simple,,Bag,,1,,30,,,,,,,5,,\n"
    assert list(read_export(tmp_path, HEADER + row + row.replace("default", "en"))) == ["BAG"]
    (read,) = read_products(tmp_path / "export.csv").iter_rows()
    assert read.warnings == (), "the texts of its only view are the product's"


def test_a_special_price_counts_within_its_dates(tmp_path: Path) -> None:
    open_ended = VARIANT.replace("2020-02-01", "")
    assert read_export(tmp_path, HEADER + open_ended)["TEE-R"].price == 30.0


def test_the_dates_of_special_prices_are_read_as_their_column_has_them(tmp_path: Path) -> None:
    # 2/1/20 alone could be January; 10/25/15 says that the month comes first.
    american = VARIANT.replace("2020-01-01,2020-02-01", "10/25/15,2/1/20")
    other = american.replace("TEE-R", "TEE-G").replace("2/1/20", "12/31/50")
    products = read_export(tmp_path, HEADER + american + other)
    assert {name: product.price for name, product in products.items()} == {
        "TEE-R": 40.0,
        "TEE-G": 30.0,
    }


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("color=Black,size=S", [("color", "Black"), ("size", "S")]),
        ("care=Wash, do not bleach,size=S", [("care", "Wash, do not bleach"), ("size", "S")]),
        (
            'care="Wash, ""cold"", a=b",size="S"',
            [("care", 'Wash, "cold", a=b'), ("size", "S")],
        ),
        ('"color"="Black","size"="S"', [("color", "Black"), ("size", "S")]),
        ("color=,size=S,plain=", [("size", "S")]),
        ("", []),
    ],
)
def test_attributes_are_split_outside_quotes(text: str, pairs: list[tuple[str, str]]) -> None:
    assert parse_pairs(text) == pairs


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("Default Category/Men/Tops,Default Category/Men/Tops/Hoodies", ["Men", "Tops", "Hoodies"]),
        ("Root/Bags,Root/Sale", ["Bags"]),
        ("Default Category", []),
        ("Default Category/Tea\\/Coffee", ["Tea/Coffee"]),
        ("", []),
    ],
)
def test_the_deepest_category_counts_without_its_root(text: str, path: list[str]) -> None:
    assert parse_categories(text) == path


@pytest.mark.parametrize(
    ("store_view", "text", "language"),
    [
        ("ar", "", "ar"),
        ("kw_ar", "", "ar"),
        ("ar_sa", "", "ar"),
        ("arabic_store", "", "ar"),
        ("fr_be", "", "fr"),
        ("kw", "قميص", "ar"),
        ("default", "Shirt", ""),
    ],
)
def test_the_language_of_a_store_view_is_found(store_view: str, text: str, language: str) -> None:
    assert find_language(store_view, text) == language


def test_a_store_view_that_names_no_language_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    view = "TEE,store2,,,,Nice tee,,,,,,,,,,,,,\n"
    path.write_text(f"{HEADER}{PRODUCT}{view}{view.replace('Nice tee', '')}", encoding="utf-8")
    (row,) = read_products(path).iter_rows()
    assert row.product is not None
    assert row.product.translations == {}
    reasons = [warning.reason for warning in row.warnings]
    assert reasons == ["the store view 'store2' names no language; its texts are left out"]
    path.write_text(f"{HEADER}{PRODUCT}{view.replace('store2', 'german')}", encoding="utf-8")
    (row,) = read_products(path).iter_rows()
    assert (list(row.product.translations) if row.product else [], row.warnings) == (["de"], ())


def test_finding_the_order_of_dates_joins_no_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "export.csv"
    path.write_text(HEADER + VARIANT, encoding="utf-8")
    feed = read_products(path)
    opened: list[CollectedRows] = []

    def collect() -> CollectedRows:
        opened.append(CollectedRows())
        return opened[-1]

    monkeypatch.setattr(export_source, "CollectedRows", collect)
    assert len(list(feed)) == 1
    assert len(opened) == 1, "the file is read to its end once, and once more for the products"


def test_photos_codes_and_stock_settings(tmp_path: Path) -> None:
    header = (
        "sku,attribute_set_code,product_type,name,product_online,price,special_price,"
        "special_price_to_date,msrp_price,cost,base_image,small_image,thumbnail_image,"
        "additional_images,hide_from_product_page,additional_attributes,qty,allow_backorders,"
        "use_config_backorders,is_in_stock,manage_stock,use_config_manage_stock,"
        "configurable_variations\n"
    )
    lamp = 'Lamp,1,40,30,2999-01-31,60,10,/l/1.jpg,/l/1.jpg,/l/s.jpg,"/l/1.jpg,/l/2.jpg,/l/3.jpg"'
    codes = '"ean=4006381333931,mpn=M-1,google_product_category=Home > Lamps,shade=Silk,brand=Noor"'
    products = read_export(
        tmp_path,
        f"{header}"
        f"LAMP,Lamp,configurable,{lamp},/l/3.jpg,{codes},0,0,1,1,1,1,"
        '"sku=LAMP-R,color=Red|sku=LAMP-B,color=Blue"\n'
        "LAMP-R,Lamp,simple,Red lamp,1,40,,,,,,,,,,shade=Linen,0,1,0,1,1,1,\n"
        "LAMP-B,Lamp,simple,Blue lamp,1,40,,,,,no_selection,/b/s.jpg,/b/s.jpg,,,,0,1,1,0,0,0,\n",
    )
    folder = tmp_path / "l"
    assert products["LAMP"] == Product(
        id="LAMP", sku="LAMP", group_id="LAMP", title="Lamp", price=30.0, list_price=40.0,
        sale_price=30.0, sale_end=datetime(2999, 1, 31, 23, 59, 59, 999_999, UTC),
        image=str(folder / "1.jpg"), images=(str(folder / "2.jpg"),), gtin="4006381333931",
        mpn="M-1", margin=0.666667, google_product_category="Home > Lamps", brand="Noor",
        category=("Home", "Lamps"), attributes={"shade": "Silk"}, availability="in_stock",
    )  # fmt: skip
    red, blue = products["LAMP-R"], products["LAMP-B"]
    assert red.photos == products["LAMP"].photos
    assert (red.gtin, red.brand, red.attributes) == ("", "Noor", {"color": "Red", "shade": "Linen"})
    assert (red.availability, red.quantity, red.in_stock) == ("backorder", 0, False)
    assert (blue.photos, blue.attributes["shade"]) == ((str(tmp_path / "b/s.jpg"),), "Silk")
    assert (blue.availability, blue.quantity) == ("in_stock", None)
