"""Column names that a feed may use, by the field of the product that they fill."""

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple


class FieldNames(NamedTuple):
    """A field and the names of the columns that fill it, the most trusted name first."""

    field: str
    names: tuple[str, ...]


FIELDS = (
    FieldNames(
        "id",
        (
            "id", "product_id", "item_id", "sku", "product_sku", "asin", "offer_id", "variant_sku",
            "product_code", "item_code", "code", "article_id", "article_number", "uniq_id",
            "المعرف", "رقم المنتج", "رمز المنتج", "كود المنتج",
        ),
    ),
    FieldNames(
        "title",
        (
            "title", "product_title", "name", "product_name", "item_name", "product_display_name",
            "prod_name", "display_name",
            "العنوان", "اسم المنتج", "الاسم",
        ),
    ),
    FieldNames(
        "description",
        (
            "description", "product_description", "body", "body_html", "desc", "detail_desc",
            "long_description", "short_description", "details", "about_product",
            "الوصف", "وصف المنتج",
        ),
    ),
    FieldNames("sale_price", ("sale_price", "discounted_price", "special_price", "سعر التخفيض")),
    FieldNames(
        "sale_dates", ("sale_price_effective_date",)
    ),
    FieldNames(
        "price",
        (
            "price", "product_price", "regular_price", "list_price", "unit_price", "amount",
            "السعر", "سعر المنتج",
        ),
    ),
    FieldNames("currency", ("currency", "currency_code", "price_currency", "العملة")),
    FieldNames(
        "brand",
        (
            "brand", "brand_name", "product_brand", "vendor", "manufacturer",
            "الماركة", "العلامة التجارية",
        ),
    ),
    FieldNames(
        "category",
        (
            "category", "categories", "product_category", "category_path", "product_type",
            "product_type_name", "google_product_category", "type",
            "الفئة", "القسم", "التصنيف",
        ),
    ),
    FieldNames(
        "image",
        (
            "image", "image_link", "image_url", "image_path", "image_src", "main_image",
            "main_image_url", "photo", "photo_url", "picture", "picture_url", "img", "img_url",
            "image_file", "images", "additional_image_link",
            "الصورة", "رابط الصورة", "صورة المنتج",
        ),
    ),
    FieldNames(
        "merchant_id",
        (
            "merchant_id", "merchant", "seller_id", "seller", "store_id", "store", "shop_id",
            "shop", "البائع", "المتجر",
        ),
    ),
    FieldNames(
        "group_id",
        ("group_id", "item_group_id", "parent_id", "parent_sku", "parent_asin", "parent"),
    ),
    FieldNames(
        "in_stock",
        (
            "in_stock", "availability", "available", "is_in_stock", "stock_status", "stock",
            "quantity", "qty", "stock_quantity", "inventory", "inventory_quantity",
            "التوفر", "متوفر", "المخزون", "الكمية",
        ),
    ),
    FieldNames(
        "created_at",
        ("created_at", "date_added", "published_at", "created", "date_created", "تاريخ الإضافة"),
    ),
    FieldNames(
        "popularity",
        (
            "popularity", "units_sold", "n_sold", "sold", "quantity_sold", "total_sold",
            "rating_count", "ratings_count", "review_count", "reviews_count",
            "الشعبية", "عدد المبيعات", "عدد التقييمات",
        ),
    ),
    FieldNames(
        "status",
        ("status", "product_status", "item_status", "state", "الحالة", "حالة المنتج"),
    ),
    FieldNames(
        "published",
        (
            "published", "is_published", "publish", "published_on_online_store", "active",
            "is_active", "active (0/1)", "enabled", "is_enabled", "product_online", "is_visible",
            "visible", "listed", "is_listed", "for_sale",
            "منشور", "مفعل", "نشط", "ظاهر",
        ),
    ),
    FieldNames("visibility", ("visibility", "visibility_in_catalog", "catalog_visibility")),
    FieldNames(
        "withdrawn",
        (
            "withdrawn", "draft", "is_draft", "archived", "is_archived", "deleted", "is_deleted",
            "disabled", "is_disabled", "hidden", "is_hidden", "unpublished", "is_private",
            "is_discontinued", "deleted_at", "archived_at", "مسودة", "محذوف", "مخفي", "مؤرشف",
        ),
    ),
    FieldNames("language", ("language", "lang", "locale", "content_language", "اللغة")),
    FieldNames("attributes", ("attributes", "الخصائص")),
    FieldNames("translations", ("translations",)),
)  # fmt: skip

ATTRIBUTES = (
    FieldNames("color", ("color", "colour", "color_name", "base_colour", "اللون")),
    FieldNames("size", ("size", "size_name", "المقاس")),
    FieldNames("gender", ("gender", "sex", "target_gender", "الجنس")),
    FieldNames("age_group", ("age_group",)),
    FieldNames("material", ("material", "fabric", "المادة", "الخامة")),
    FieldNames("pattern", ("pattern",)),
    FieldNames("condition", ("condition",)),
    FieldNames("style", ("style",)),
    FieldNames("season", ("season",)),
    FieldNames("occasion", ("occasion", "usage")),
    FieldNames("fit", ("fit",)),
    FieldNames("sleeve", ("sleeve", "sleeve_length")),
    FieldNames("model", ("model", "model_name")),
)  # fmt: skip

# One column may not answer for another here: a row without `id` must not borrow its `sku`,
# or one catalogue would mix two kinds of keys.
SINGLE = frozenset({"id", "group_id"})

ATTRIBUTE_PREFIX = re.compile(r"^(?:attr|attribute|attributes)\s*[_:.]\s*(?=\D)", re.IGNORECASE)


@lru_cache(maxsize=8_192)
def normal(name: str) -> str:
    """Return a column name without what people write differently: case, spaces, `_`, `-`, `g:`."""
    folded = unicodedata.normalize("NFKC", name).casefold().strip()
    folded = folded.removeprefix("g:")
    return "".join(ch for ch in folded if ch.isalnum())


FIELD_OF = {
    normal(name): (each.field, rank) for each in FIELDS for rank, name in enumerate(each.names)
}
ATTRIBUTE_OF = {normal(name): each.field for each in ATTRIBUTES for name in each.names}
FIELD_KEYS = tuple(each.field for each in FIELDS)
