"""Known column names of feeds, by the product field that they fill."""

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple


class FieldAliases(NamedTuple):
    """A product field and the column names that fill it, most trusted first."""

    field: str
    aliases: tuple[str, ...]


FIELD_ALIASES = (
    FieldAliases(
        "id",
        (
            "id", "product_id", "item_id", "sku", "product_sku", "asin", "offer_id", "variant_sku",
            "product_code", "item_code", "code", "article_id", "article_number", "uniq_id",
            "المعرف", "رقم المنتج", "رمز المنتج", "كود المنتج",
        ),
    ),
    FieldAliases(
        "title",
        (
            "title", "product_title", "name", "product_name", "item_name", "product_display_name",
            "prod_name", "display_name",
            "العنوان", "اسم المنتج", "الاسم",
        ),
    ),
    FieldAliases(
        "description",
        (
            "description", "product_description", "body", "body_html", "desc", "detail_desc",
            "long_description", "short_description", "details", "about_product",
            "الوصف", "وصف المنتج",
        ),
    ),
    FieldAliases("sale_price", ("sale_price", "discounted_price", "special_price", "سعر التخفيض")),
    FieldAliases(
        "sale_dates", ("sale_price_effective_date",)
    ),
    FieldAliases(
        "price",
        (
            "price", "product_price", "regular_price", "list_price", "unit_price", "amount",
            "السعر", "سعر المنتج",
        ),
    ),
    FieldAliases("currency", ("currency", "currency_code", "price_currency", "العملة")),
    FieldAliases(
        "brand",
        (
            "brand", "brand_name", "product_brand", "vendor", "manufacturer",
            "الماركة", "العلامة التجارية",
        ),
    ),
    FieldAliases(
        "category",
        (
            "category", "categories", "product_category", "category_path", "product_type",
            "product_type_name", "google_product_category", "type",
            "الفئة", "القسم", "التصنيف",
        ),
    ),
    FieldAliases(
        "image",
        (
            "image", "image_link", "image_url", "image_path", "image_src", "main_image",
            "main_image_url", "photo", "photo_url", "picture", "picture_url", "img", "img_url",
            "image_file", "images", "additional_image_link",
            "الصورة", "رابط الصورة", "صورة المنتج",
        ),
    ),
    FieldAliases(
        "merchant_id",
        (
            "merchant_id", "merchant", "seller_id", "seller", "store_id", "store", "shop_id",
            "shop", "البائع", "المتجر",
        ),
    ),
    FieldAliases(
        "group_id",
        ("group_id", "item_group_id", "parent_id", "parent_sku", "parent_asin", "parent"),
    ),
    FieldAliases(
        "in_stock",
        (
            "in_stock", "availability", "available", "is_in_stock", "stock_status", "stock",
            "quantity", "qty", "stock_quantity", "inventory", "inventory_quantity",
            "التوفر", "متوفر", "المخزون", "الكمية",
        ),
    ),
    FieldAliases(
        "created_at",
        ("created_at", "date_added", "published_at", "created", "date_created", "تاريخ الإضافة"),
    ),
    FieldAliases(
        "popularity",
        (
            "popularity", "units_sold", "n_sold", "sold", "quantity_sold", "total_sold",
            "rating_count", "ratings_count", "review_count", "reviews_count",
            "الشعبية", "عدد المبيعات", "عدد التقييمات",
        ),
    ),
    FieldAliases(
        "status",
        ("status", "product_status", "item_status", "state", "الحالة", "حالة المنتج"),
    ),
    FieldAliases(
        "published",
        (
            "published", "is_published", "publish", "published_on_online_store", "active",
            "is_active", "active (0/1)", "enabled", "is_enabled", "product_online", "is_visible",
            "visible", "listed", "is_listed", "for_sale",
            "منشور", "مفعل", "نشط", "ظاهر",
        ),
    ),
    FieldAliases("visibility", ("visibility", "visibility_in_catalog", "catalog_visibility")),
    FieldAliases(
        "withdrawn",
        (
            "withdrawn", "draft", "is_draft", "archived", "is_archived", "deleted", "is_deleted",
            "disabled", "is_disabled", "hidden", "is_hidden", "unpublished", "is_private",
            "is_discontinued", "deleted_at", "archived_at", "مسودة", "محذوف", "مخفي", "مؤرشف",
        ),
    ),
    FieldAliases("language", ("language", "lang", "locale", "content_language", "اللغة")),
    FieldAliases("attributes", ("attributes", "الخصائص")),
    FieldAliases("translations", ("translations",)),
)  # fmt: skip

ATTRIBUTE_ALIASES = (
    FieldAliases("color", ("color", "colour", "color_name", "base_colour", "اللون")),
    FieldAliases("size", ("size", "size_name", "المقاس")),
    FieldAliases("gender", ("gender", "sex", "target_gender", "الجنس")),
    FieldAliases("age_group", ("age_group",)),
    FieldAliases("material", ("material", "fabric", "المادة", "الخامة")),
    FieldAliases("pattern", ("pattern",)),
    FieldAliases("condition", ("condition",)),
    FieldAliases("style", ("style",)),
    FieldAliases("season", ("season",)),
    FieldAliases("occasion", ("occasion", "usage")),
    FieldAliases("fit", ("fit",)),
    FieldAliases("sleeve", ("sleeve", "sleeve_length")),
    FieldAliases("model", ("model", "model_name")),
)  # fmt: skip

# No fallback to a second column here: a row without `id` must not use its `sku`, or one catalogue
# would mix two kinds of keys.
SINGLE_COLUMN_FIELDS = frozenset({"id", "group_id"})

ATTRIBUTE_PREFIX = re.compile(r"^(?:attr|attribute|attributes)\s*[_:.]\s*(?=\D)", re.IGNORECASE)


@lru_cache(maxsize=8_192)
def normalize_column_name(name: str) -> str:
    """Return a column name in lower case and without spaces, `_`, `-` and the prefix `g:`."""
    normalized = unicodedata.normalize("NFKC", name).casefold().strip()
    normalized = normalized.removeprefix("g:")
    return "".join(ch for ch in normalized if ch.isalnum())


FIELD_BY_COLUMN = {
    normalize_column_name(alias): (field, rank)
    for field, aliases in FIELD_ALIASES
    for rank, alias in enumerate(aliases)
}
"""Field and rank of the alias (0 is the most trusted) by normalized column name."""
ATTRIBUTE_BY_COLUMN = {
    normalize_column_name(alias): name for name, aliases in ATTRIBUTE_ALIASES for alias in aliases
}
FIELD_KEYS = tuple(known.field for known in FIELD_ALIASES)
