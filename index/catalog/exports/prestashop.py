"""PrestaShop's product tables: the list exported from the back office, and the import template.

A row with an attribute is a combination of the product with the same number, as in the template of
combinations. Source: PrestaShop, "Import Parameters" and the sample files of `docs/csv_import`.
"""

import re
from collections.abc import Mapping

from index.catalog.exports.collected_rows import CollectedRows
from index.catalog.exports.export_header import ExportHeader
from index.catalog.exports.export_source import (
    ExportFormat,
    build_orphan,
    inherit_cells,
    keep_filled,
)
from index.catalog.exports.export_stock import read_stock
from index.catalog.exports.export_values import (
    build_attributes,
    choose_category,
    split_list,
    strip_root,
    to_decimal,
)
from index.catalog.records import MalformedRow, SourceRow

_NAMES = {
    "id": ("product id", "product id*", "id", "id product", "id produit"),
    "name": ("name *", "name", "nom *", "nom", "nombre *", "nombre"),
    "reference": ("reference #", "reference", "référence n°", "référence", "referencia"),
    "product_reference": ("product reference",),
    "category": ("categories (x,y,z...)", "categories (x,y,z…)", "category", "catégorie",
                 "catégories (x,y,z...)", "categoría"),
    "price_incl": ("price (tax incl.)", "price tax included", "price tax incl.", "prix (ttc)",
                   "prix ttc", "precio (imp. incl.)"),
    "price": ("price (tax excl.)", "price tax excluded or price tax included",
              "price tax excluded", "price tax excl.", "prix (ht)", "prix ht",
              "precio (imp. excl.)"),
    "impact": ("impact on price",),
    "cost": ("wholesale price", "cost price", "prix d'achat (ht)", "precio de coste"),
    "discount_amount": ("discount amount", "montant de la remise"),
    "discount_percent": ("discount percent", "pourcentage de remise"),
    "starts": ("discount from (yyyy-mm-dd)", "discount from"),
    "ends": ("discount to (yyyy-mm-dd)", "discount to"),
    "manufacturer": ("manufacturer", "brand", "marque", "fabricant"),
    "ean13": ("ean13", "ean-13", "gtin"),
    "upc": ("upc",),
    "isbn": ("isbn",),
    "mpn": ("mpn",),
    "quantity": ("quantity", "quantité", "cantidad"),
    "visibility": ("visibility",),
    "summary": ("summary", "short description", "résumé"),
    "description": ("description",),
    "for_order": ("available for order (0 = no, 1 = yes)", "available for order"),
    "out_of_stock": ("out of stock action", "out of stock"),
    "created": ("product creation date",),
    "images": ("image urls (x,y,z...)", "image urls (x,y,z…)", "image urls(x,y,z...)", "image url",
               "image"),
    "features": ("feature(name:value:position)", "feature (name:value:position)",
                 "feature(name:value:position:customized)"),
    "condition": ("condition",),
    "active": ("active (0/1)", "active", "status", "état", "statut", "estado"),
    "url": ("product url", "url"),
    "attribute": ("attribute (name:type:position)*", "attribute (name:type:position)"),
    "value": ("value (value:position)*", "value (value:position)"),
    "position": ("position",),
    "image_position": ("choose among product images by position (1,2,3...)", "image position"),
}  # fmt: skip
_HOUSEKEEPING = (
    "tax rules id", "on sale (0/1)", "supplier reference #", "supplier",
    "supplier reference", "ecotax", "minimal quantity", "low stock level", "unity", "unit price",
    "additional shipping cost", "url rewritten", "text when in stock",
    "text when backorder allowed", "product available date", "combination available date",
    "show price (0 = no, 1 = yes)", "image alt texts (x,y,z...)",
    "delete existing images (0 = no, 1 = yes)", "available online only (0 = no, 1 = yes)",
    "customizable (0 = no, 1 = yes)", "uploadable files (0 = no, 1 = yes)",
    "text fields (0 = no, 1 = yes)", "virtual product", "file url", "number of allowed downloads",
    "expiration date", "number of days", "id / name of shop", "advanced stock management",
    "advanced stock managment", "depends on stock", "warehouse", "default (0 = no, 1 = yes)",
    "accessories (x,y,z...)", "acessories (x,y,z...)", "acessories  (x,y,z...)",
    "impact on weight", "tags (x,y,z...)",
    "send me an email when the quantity is under this level",
    "delivery time of in-stock products",
    "delivery time of out-of-stock products with allowed orders",
)  # fmt: skip
_NAMES |= {name: (name,) for name in _HOUSEKEEPING}
_ID, _CATEGORY, _IMAGES, _GROUP = "number or reference", "deepest category", "photos", "product"
_PRICE, _SALE, _STOCK = "price with combination", "price with discount", "orders and quantity"
_ATTRIBUTES, _VISIBILITY = "features and options", "visibility in the shop"
_QUANTITY, _COST = "pieces", "cost without tax"
_ROOTS = frozenset({"home", "root", "accueil", "inicio", "startseite", "الرئيسية"})
_PATH_SEPARATOR = re.compile(r"\s*(?:/|>)\s*")
_PLACE = re.compile(r"\b\d{1,4}\b")
_POSITION = re.compile(r":[^:,]+:\d")
_OWN_KEYS = ("id", "reference", "attribute", "value", "impact", "quantity", "ean13", "upc", "isbn",
             "mpn", "images", "image_position", "cost")  # fmt: skip


class _PrestaAdapter:
    derived_columns = (_ID, _CATEGORY, _IMAGES, _GROUP, _PRICE, _SALE, _STOCK, _QUANTITY,
                       _COST, _ATTRIBUTES, _VISIBILITY)  # fmt: skip

    def __init__(self, header: ExportHeader) -> None:
        self._header = header
        self.not_read = header.find_all(*_HOUSEKEEPING)
        self.unused = header.find_all(
            "id", "category", "price", "price_incl", "impact", "discount_amount",
            "discount_percent", "images", "features", "attribute", "value", "quantity",
            "for_order", "out_of_stock", "position", "product_reference", "visibility", "cost",
            "image_position",
        )  # fmt: skip

    def get_fields(self) -> Mapping[str, tuple[str, ...]]:
        find = self._header.find
        return {
            "id": (_ID,),
            "title": (find("name"),),
            "description": (find("description"), find("summary")),
            "price": (_PRICE,),
            "sale_price": (_SALE,),
            "sale_start": (find("starts"),),
            "sale_end": (find("ends"),),
            "category": (_CATEGORY,),
            "brand": (find("manufacturer"),),
            "image": (_IMAGES,),
            "group_id": (_GROUP,),
            "in_stock": (_STOCK,),
            "quantity": (_QUANTITY,),
            "cost": (_COST,),
            "attributes": (_ATTRIBUTES,),
            "published": (find("active"),),
            "visibility": (_VISIBILITY,),
            "created_at": (find("created"),),
            "sku": (find("reference"),),
            "gtin": (find("ean13"), find("upc"), find("isbn")),
            "mpn": (find("mpn"),),
            "url": (find("url"),),
        }

    def collect(self, row: SourceRow, collected: CollectedRows) -> None:
        get_text = self._header.get_text
        number = get_text(row.cells, "id")
        if not number:
            collected.add("lacks number", "", True)
        if self._is_combination(row.cells):
            collected.add("has combinations", number, True)
        else:
            collected.add("product", number, keep_filled(row.cells))

    def build(self, row: SourceRow, collected: CollectedRows) -> SourceRow | MalformedRow | None:
        number = self._header.get_text(row.cells, "id")
        if not self._is_combination(row.cells):
            if number and collected.get("has combinations", number):
                return None
            return self._derive(row, dict(row.cells), {}, collected)
        product = collected.get_cells("product", number)
        if not product:
            return build_orphan(row)
        cells = inherit_cells(
            row.cells, product, never=self._header.find_all(*_OWN_KEYS, "visibility", "active")
        )
        for key in ("visibility", "active"):
            if text := self._header.get_text(product, key):
                cells[self._header.find(key)] = text
        return self._derive(row, cells, product, collected)

    def _is_combination(self, cells: Mapping[str, object]) -> bool:
        return self._header.has("attribute") and bool(self._header.get_text(cells, "attribute"))

    def _derive(
        self,
        row: SourceRow,
        cells: dict[str, object],
        product: Mapping[str, object],
        collected: CollectedRows,
    ) -> SourceRow:
        get_text = self._header.get_text
        options = self._read_options(cells) if product else []
        cells[_ID] = self._identify(cells, options, collected)
        cells[_GROUP] = get_text(product, "id") or get_text(product, "reference")
        cells[_CATEGORY] = parse_categories(get_text(cells, "category"))
        cells[_IMAGES] = split_list(get_text(cells, "images")) or choose_images(
            split_list(get_text(product, "images")), get_text(cells, "image_position")
        )
        cells[_PRICE] = self._read_price(cells, product)
        cells[_SALE] = self._read_sale(cells)
        cells[_COST] = self._read_cost(cells, product)
        cells[_STOCK], cells[_QUANTITY] = read_stock(
            get_text(cells, "quantity"),
            takes_backorders=get_text(cells, "out_of_stock") == "1",
            is_sold=get_text(cells, "for_order") != "0",
        )
        is_hidden = get_text(cells, "visibility").casefold() == "none"
        cells[_VISIBILITY] = "hidden" if is_hidden else ""
        features = parse_features(get_text(cells, "features"))
        cells[_ATTRIBUTES] = build_attributes([*options, *features])
        return SourceRow(row.line, cells, row.warning)

    def _identify(
        self,
        cells: Mapping[str, object],
        options: list[tuple[str, str]],
        collected: CollectedRows,
    ) -> str:
        """Return the number, with a combination's values behind it; without numbers, the reference.

        Several products may have the same reference.
        """
        get_text = self._header.get_text
        if self._header.has("reference") and collected.get("lacks number", ""):
            return get_text(cells, "reference")
        return "/".join(
            filter(None, [get_text(cells, "id"), "-".join(value for _, value in options)])
        )

    def _read_options(self, cells: Mapping[str, object]) -> list[tuple[str, str]]:
        """Return the pairs of "Color:color:0, Size:select:1" and "Red:0, S:1"."""
        names = split_list(self._header.get_text(cells, "attribute"))
        values = split_list(self._header.get_text(cells, "value"))
        return [
            (name.partition(":")[0].strip(), re.sub(r":\d*$", "", value).strip())
            for name, value in zip(names, values, strict=False)
        ]

    def _read_price(self, cells: Mapping[str, object], product: Mapping[str, object]) -> str:
        """Return the price with tax where the table has it, plus a combination's impact."""
        get_text = self._header.get_text
        price = get_text(cells, "price_incl") or get_text(cells, "price")
        base = to_decimal(price)
        impact = to_decimal(get_text(cells, "impact")) if product else None
        return price if base is None or impact is None else str(base + impact)

    def _read_sale(self, cells: Mapping[str, object]) -> str:
        """Return the price without the discount's amount or percentage; empty without either."""
        price = to_decimal(str(cells[_PRICE]))
        amount = to_decimal(self._header.get_text(cells, "discount_amount"))
        percent = to_decimal(self._header.get_text(cells, "discount_percent").rstrip(" %"))
        if price is None or not (amount or percent):
            return ""
        reduced = price - amount if amount else price * (100 - (percent or 0)) / 100
        return str(round(reduced, 3)) if reduced > 0 else ""

    def _read_cost(self, cells: Mapping[str, object], product: Mapping[str, object]) -> str:
        """Return what the shop pays, without tax; empty where only the price with tax is known.

        A combination without a cost of its own, written as empty or 0, has its product's.
        """
        get_text = self._header.get_text
        if get_text(cells, "price_incl"):
            return ""
        costs = (get_text(own, "cost") for own in (cells, product))
        return next((cost for cost in costs if to_decimal(cost)), "")


def choose_images(images: list[str], places: str) -> list[str]:
    """Return the photos at "2,3", counted from one; all of them where none is chosen."""
    numbers = (int(number) for number in _PLACE.findall(places))
    return [images[n - 1] for n in numbers if 0 < n <= len(images)] or images


def parse_categories(text: str) -> list[str]:
    """Return the deepest of "Home/Clothes/Men,Sale" without its root; numbers are no names."""
    paths = [
        [name.strip() for name in _PATH_SEPARATOR.split(path) if name.strip()]
        for path in split_list(text)
        if not path.isdecimal()
    ]
    return choose_category(strip_root(path, _ROOTS) for path in paths)


def parse_features(text: str) -> list[tuple[str, str]]:
    """Return the pairs of "Composition:Cotton, linen:1,Style:Casual:2"."""
    pairs: list[tuple[str, str]] = []
    has_positions = _POSITION.search(text) is not None
    for part in split_list(text):
        name, separator, value = part.partition(":")
        is_rest = not separator or (has_positions and value.isdecimal())
        if is_rest and pairs:
            pairs[-1] = (pairs[-1][0], f"{pairs[-1][1]}, {name.strip()}")
        elif separator:
            pairs.append((name.strip(), _strip_position(value)))
    return pairs


def _strip_position(value: str) -> str:
    return re.sub(r"(?::\d*){1,2}$", "", value).strip()


def _is_prestashop_header(header: ExportHeader) -> bool:
    if not (header.has("name") and (header.has("id") or header.has("reference"))):
        return False
    is_list = header.has("price_incl", "price", "reference", "active", "quantity")
    is_template = header.has("active") and len(
        header.find_all("features", "discount_percent", "discount_amount", "tax rules id",
                        "reference", "on sale (0/1)", "supplier reference #")
    ) >= 3  # fmt: skip
    return is_list or is_template or header.has("attribute", "value")


PRESTASHOP = ExportFormat("prestashop", _NAMES, _is_prestashop_header, _PrestaAdapter)
