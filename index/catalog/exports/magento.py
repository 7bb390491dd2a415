"""Magento's and Adobe Commerce's product CSV.

Rows with a store view are translations of the row without one that has the same SKU. A
configurable product names its variants in `configurable_variations`. Source: Adobe Commerce,
"Product data (CSV)".
"""

import re
from collections.abc import Mapping

from index.catalog.exports.collected_rows import CollectedRows
from index.catalog.exports.export_header import ExportHeader
from index.catalog.exports.export_source import ExportFormat, inherit_cells, keep_filled
from index.catalog.exports.export_stock import ExportStock, read_stock
from index.catalog.exports.export_values import (
    build_attributes,
    choose_category,
    split_list,
    to_decimal,
)
from index.catalog.header_matching import match_field
from index.catalog.records import SourceRow
from index.catalog.sale_status import is_flag_set, is_inactive
from index.text.languages import detect_language, to_language_code

_KEYS = (
    "sku", "store_view_code", "attribute_set_code", "product_type", "categories", "name",
    "description", "short_description", "product_online", "visibility", "price", "special_price",
    "special_price_from_date", "special_price_to_date", "base_image", "small_image",
    "thumbnail_image", "additional_images", "additional_attributes", "configurable_variations",
    "manufacturer", "qty", "is_in_stock", "cost", "hide_from_product_page", "allow_backorders",
    "use_config_backorders", "manage_stock", "use_config_manage_stock",
)  # fmt: skip
_NAMES = {key: (key,) for key in _KEYS} | {"store_view_code": ("store_view_code", "_store")}
_NAMES |= {"msrp": ("msrp_price", "msrp")}
_CATEGORY, _PHOTOS = "deepest category", "photos"
_STOCK, _QUANTITY = "stock or settings", "pieces in stock"
_ATTRIBUTES, _GROUP, _TRANSLATIONS = "parsed attributes", "configurable product", "store views"
_BRAND = "attribute manufacturer"
_SMALL_IMAGES = ("small_image", "thumbnail_image")
_PAIR_FIELDS = ("gtin", "mpn", "cost", "google_product_category", "rating", "rating_count")
_FROM_PAIRS = {field: f"attribute {field}" for field in _PAIR_FIELDS}
_BACKORDERS = frozenset({1, 2})
"""Orders are taken without stock; with 2 the shopper is told."""
_UNKNOWN_VIEW = "view of no language"
_QUOTED_PAIR = re.compile(r'[ ,]{0,3}"?(\w{1,80})"?="((?:[^"]|"")*)"')
_PAIR_SEPARATOR = re.compile(r',(?= ?"?\w{1,80}"?=)')
# Codes of countries in store views that are codes of other languages in ISO 639-1.
_COUNTRIES = frozenset({"ae", "bh", "kw", "om", "sa", "uk"})
_PATH_SEPARATOR = re.compile(r"(?<!\\)/")
_BRAND_NAMES = frozenset({"manufacturer", "brand"})
_HOUSEKEEPING = frozenset({"has_options", "required_options", "quantity_and_stock_status", "sku"})
_FLAGS = frozenset({"yes", "no"})
_DEFAULT_ROOT = "default category"


class _MagentoAdapter:
    derived_columns = (
        _CATEGORY, _PHOTOS, _STOCK, _QUANTITY, _ATTRIBUTES, _GROUP, _TRANSLATIONS, _BRAND,
        *_FROM_PAIRS.values(),
    )  # fmt: skip
    not_read: tuple[str, ...] = ()

    def __init__(self, header: ExportHeader) -> None:
        self._header = header
        self._languages: dict[str, None] = {}
        self.unused = header.find_all(
            "store_view_code", "attribute_set_code", "product_type", "categories", "base_image",
            "small_image", "thumbnail_image", "additional_images", "additional_attributes",
            "hide_from_product_page", "qty", "is_in_stock", "allow_backorders", "manage_stock",
            "use_config_backorders", "use_config_manage_stock", "configurable_variations",
        )  # fmt: skip

    def get_fields(self) -> Mapping[str, tuple[str, ...]]:
        find = self._header.find
        return {
            "id": (find("sku"),),
            "title": (find("name"),),
            "description": (find("description"), find("short_description")),
            "price": (find("price"),),
            "sale_price": (find("special_price"),),
            "sale_start": (find("special_price_from_date"),),
            "sale_end": (find("special_price_to_date"),),
            "brand": (find("manufacturer"), _BRAND),
            "category": (_CATEGORY,),
            "list_price": (find("msrp"),),
            "image": (_PHOTOS,),
            "group_id": (_GROUP,),
            "in_stock": (_STOCK,),
            "quantity": (_QUANTITY,),
            "sku": (find("sku"),),
            **{field: (column,) for field, column in _FROM_PAIRS.items()},
            "cost": (find("cost"), _FROM_PAIRS["cost"]),
            "attributes": (_ATTRIBUTES,),
            "translations": (_TRANSLATIONS,),
        }

    def collect(self, row: SourceRow, collected: CollectedRows) -> None:
        get_text = self._header.get_text
        sku = get_text(row.cells, "sku")
        if store_view := get_text(row.cells, "store_view_code"):
            self._collect_store_view(sku, store_view, row, collected)
            return
        collected.add("default row", sku, row.line)
        variations = get_text(row.cells, "configurable_variations")
        if variations:
            collected.add("product", sku, keep_filled(row.cells))
        for variation in variations.split("|"):
            options = dict(parse_pairs(variation))
            if variant_sku := options.pop("sku", ""):
                collected.add("variation", variant_sku, {"product": sku, "options": options})

    def _collect_store_view(
        self, sku: str, store_view: str, row: SourceRow, collected: CollectedRows
    ) -> None:
        """Store the texts of a translation; the first row of a language counts."""
        collected.add("store row", sku, row.line)
        texts = {
            "title": self._header.get_text(row.cells, "name"),
            "description": self._header.get_text(row.cells, "description")
            or self._header.get_text(row.cells, "short_description"),
        }
        code = find_language(store_view, texts["title"] or texts["description"])
        if not any(texts.values()):
            return
        if code:
            self._languages.setdefault(code)
            collected.add(f"texts {code}", sku, texts)
        else:
            collected.append(_UNKNOWN_VIEW, sku, f"{row.line}:{store_view}")

    def build(self, row: SourceRow, collected: CollectedRows) -> SourceRow | None:
        get_text = self._header.get_text
        sku = get_text(row.cells, "sku")
        is_translation = bool(get_text(row.cells, "store_view_code"))
        if is_translation and (
            collected.get("default row", sku) or collected.get("store row", sku) != row.line
        ):
            return None
        cells: dict[str, object] = dict(row.cells)
        variation = collected.get_cells("variation", sku)
        options = variation.get("options")
        product: Mapping[str, object] = {}
        if variation:
            cells, product = self._inherit(cells, str(variation["product"]), collected)
            cells[_GROUP] = variation["product"]
        elif get_text(cells, "configurable_variations"):
            cells[_GROUP] = sku
        self._derive(cells, options if isinstance(options, dict) else {}, product)
        cells[_PHOTOS] = self._list_photos(cells) or self._list_photos(product)
        stock = self._read_stock(cells)
        cells[_STOCK], cells[_QUANTITY] = stock.status, stock.quantity
        cells[_TRANSLATIONS] = {
            **self._read_translations(get_text(product, "sku"), collected),
            **self._read_translations(sku, collected),
        }
        views = (text.partition(":") for text in collected.list_texts(_UNKNOWN_VIEW, sku))
        view = next((name for line, _, name in views if line != str(row.line)), "")
        warning = f"the store view {view!r} names no language; its texts are left out"
        return SourceRow(row.line, cells, row.warning or (warning if view else ""))

    def _inherit(
        self, cells: Mapping[str, object], product_sku: str, collected: CollectedRows
    ) -> tuple[dict[str, object], Mapping[str, object]]:
        """Return a variant's cells and its product's; a variant goes with a disabled product."""
        header = self._header
        product = collected.get_cells("product", product_sku)
        shared = ("name", "description", "short_description", "categories")
        kept = {column: product.get(column) for column in header.find_all(*shared)}
        merged = inherit_cells(cells, keep_filled(kept))
        is_reached_alone = "individually" not in header.get_text(cells, "visibility").casefold()
        online = header.get_text(product, "product_online")
        if online and is_inactive(online) and not is_reached_alone:
            merged[header.find("product_online")] = online
        return {**cells, **merged}, product

    def _derive(
        self,
        cells: dict[str, object],
        options: Mapping[str, object],
        product: Mapping[str, object],
    ) -> None:
        """Read what other cells hold; a variant has the attributes of its product that it lacks."""
        get_text = self._header.get_text
        cells[_CATEGORY] = parse_categories(get_text(cells, "categories"))
        pairs = parse_pairs(get_text(cells, "additional_attributes"))
        shared = parse_pairs(get_text(product, "additional_attributes"))
        brands = (value for name, value in pairs + shared if name in _BRAND_NAMES)
        cells[_BRAND] = next(brands, "") or get_text(product, "manufacturer")
        own = [(name, str(value)) for name, value in options.items()]
        cells.update(_pick_fields(pairs))
        cells[_ATTRIBUTES] = build_attributes(
            [
                (name, value.replace("|", ", "))
                for name, value in pairs + own + shared
                if name not in _HOUSEKEEPING | _BRAND_NAMES
                and _find_field(name) not in _FROM_PAIRS
                and value.casefold() not in _FLAGS
            ]
        )

    def _list_photos(self, cells: Mapping[str, object]) -> list[str]:
        """Return the main photo and the additional ones; a small one only where there is no other.

        Paths of Magento's media folder lose their leading slash.
        """

        def read(*keys: str) -> list[str]:
            texts = (self._header.get_text(cells, key) for key in keys)
            return [photo for text in texts for photo in split_list(text)
                    if photo != "no_selection"]  # fmt: skip

        hidden = set(read("hide_from_product_page"))
        shown = [photo for photo in read("additional_images") if photo not in hidden]
        photos = read("base_image") + shown or read(*_SMALL_IMAGES)
        return [photo if photo.startswith("//") else photo.lstrip("/") for photo in photos]

    def _read_stock(self, cells: Mapping[str, object]) -> ExportStock:
        """Return status and quantity; settings count unless the shop's configuration does."""
        get_text = self._header.get_text

        def get_setting(key: str, default_key: str) -> str:
            return "" if is_flag_set(get_text(cells, default_key)) else get_text(cells, key)

        managed = get_setting("manage_stock", "use_config_manage_stock")
        backorders = get_setting("allow_backorders", "use_config_backorders")
        is_counted = not managed or not is_inactive(managed)
        return read_stock(
            get_text(cells, "qty"),
            status=get_text(cells, "is_in_stock") if is_counted else "",
            is_counted=is_counted,
            takes_backorders=to_decimal(backorders) in _BACKORDERS,
        )

    def _read_translations(self, sku: str, collected: CollectedRows) -> dict[str, object]:
        if not sku or not collected.get("store row", sku):
            return {}
        texts = {code: collected.get(f"texts {code}", sku) for code in self._languages}
        return {code: text for code, text in texts.items() if text}


def _find_field(name: str) -> str:
    match = match_field(name)
    return match.field if match else ""


def _pick_fields(pairs: list[tuple[str, str]]) -> dict[str, object]:
    """Return the cells of those attributes that are fields of a product, such as `gtin`."""
    fields = ((_FROM_PAIRS.get(_find_field(name)), value) for name, value in reversed(pairs))
    return {column: value for column, value in fields if column}


def find_language(store_view: str, text: str) -> str:
    """Return the language of a store view such as "ar", "ar_sa", "kw_ar" or "arabic".

    Args:
        store_view: Code of the store view.
        text: A text of it, whose script decides where the code names no language.
    """
    parts = re.split(r"[\W_]+", store_view.casefold())
    codes = [code for code in map(to_language_code, parts) if code and code not in _COUNTRIES]
    return codes[0] if codes else detect_language(text)


def parse_pairs(text: str) -> list[tuple[str, str]]:
    """Return the pairs of `color=Black,care="Hand wash, cold"`; quotes in quotes are doubled."""
    pairs, position = [], 0
    while position < len(text):
        quoted = _QUOTED_PAIR.match(text, position)
        if quoted:
            pairs.append((quoted[1], quoted[2].replace('""', '"').strip()))
            position = quoted.end()
            continue
        separator = _PAIR_SEPARATOR.search(text, position)
        end = separator.start() if separator else len(text)
        name, _, value = text[position:end].partition("=")
        pairs.append((name.strip(' ,"'), value.strip(' ,"')))
        position = end + 1
    return [(name, value) for name, value in pairs if name and value]


def parse_categories(text: str) -> list[str]:
    r"""Return the deepest of "Default Category/Men/Tops,..." without its root: ["Men", "Tops"]."""
    paths = [
        [name.replace("\\/", "/").strip() for name in _PATH_SEPARATOR.split(path)]
        for path in split_list(text)
    ]
    path = choose_category(paths)
    is_root = bool(path) and (len(path) > 1 or path[0].casefold() == _DEFAULT_ROOT)
    return path[1:] if is_root else path


def _is_magento_header(header: ExportHeader) -> bool:
    marks = ("store_view_code", "attribute_set_code", "additional_attributes", "product_online")
    return header.has("sku", "product_type", "name") and len(header.find_all(*marks)) >= 2


MAGENTO = ExportFormat("magento", _NAMES, _is_magento_header, _MagentoAdapter)
