"""Known column names of feeds, by the product field that they fill."""

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from shopwindow.values import normalize_alef


class FieldAliases(NamedTuple):
    """A product field and the column names that fill it, most trusted first."""

    field: str
    aliases: tuple[str, ...]


QUANTITY_ALIASES = (
    "quantity", "qty", "stock_quantity", "inventory", "inventory_quantity", "variant_inventory_qty",
    "stock_qty", "stock_level", "available_quantity", "qty_available", "on_hand",
    "الكمية", "كمية المخزون", "الكمية المتوفرة", "الكمية المتاحة",
)  # fmt: skip
"""Columns of pieces in stock; they also say whether there is any."""

SKU_ALIASES = (
    "sku", "product_sku", "variant_sku", "seller_sku", "item_sku", "product_code", "item_code",
    "article_number", "item_number", "product_number", "artikelnummer", "رمز المنتج",
    "رمز المنتج sku", "كود المنتج", "رقم الصنف", "رمز الصنف", "كود الصنف",
)  # fmt: skip
"""Columns of a stock keeping unit; they hold the id where no other column does."""

FIELD_ALIASES = (
    FieldAliases(
        "id",
        (
            "id", "product_id", "item_id", "sku", "product_sku", "asin", "offer_id", "variant_sku",
            "product_code", "item_code", "code", "article_id", "article_number", "uniq_id",
            "المعرف", "رقم المنتج", "رمز المنتج", "كود المنتج",
            "رمز المنتج sku", "معرف المنتج", "رقم الصنف", "رمز الصنف", "كود الصنف",
            "الرمز", "الكود", "item_number", "product_number", "artikelnummer", "seller_sku",
            "item_sku",
        ),
    ),
    FieldAliases(
        "title",
        (
            "title", "product_title", "name", "product_name", "item_name", "product_display_name",
            "prod_name", "display_name",
            "العنوان", "اسم المنتج", "الاسم",
            "عنوان المنتج", "اسم الصنف", "المنتج",
        ),
    ),
    FieldAliases(
        "description",
        (
            "description", "product_description", "body", "body_html", "desc", "detail_desc",
            "long_description", "short_description", "details", "about_product",
            "الوصف", "وصف المنتج",
            "وصف", "الوصف الكامل", "تفاصيل المنتج", "التفاصيل", "وصف قصير", "الوصف المختصر",
            "beschreibung", "kurzbeschreibung",
        ),
    ),
    FieldAliases(
        "sale_price",
        (
            "sale_price", "discounted_price", "special_price", "offer_price", "promo_price",
            "price_after_discount", "selling_price", "final_price", "angebotspreis",
            "سعر التخفيض", "السعر المخفض", "السعر بعد الخصم", "السعر بعد التخفيض", "سعر العرض",
            "سعر البيع", "سعر خاص",
        ),
    ),
    FieldAliases(
        "sale_dates",
        (
            "sale_price_effective_date",
            "تاريخ سريان سعر التخفيض", "تاريخ سريان سعر البيع",
        ),
    ),
    FieldAliases(
        "sale_start",
        (
            "date_sale_price_starts", "special_price_from_date", "special_from_date", "sale_start",
            "sale_start_date", "sale_price_start_date", "sale_from", "date_on_sale_from",
            "discount_start_date", "تاريخ بداية التخفيض", "بداية التخفيض", "تاريخ بداية الخصم",
        ),
    ),
    FieldAliases(
        "sale_end",
        (
            "date_sale_price_ends", "special_price_to_date", "special_to_date", "sale_end",
            "sale_end_date", "sale_price_end_date", "sale_to", "date_on_sale_to",
            "discount_end_date", "تاريخ نهاية التخفيض", "نهاية التخفيض", "تاريخ نهاية الخصم",
        ),
    ),
    FieldAliases(
        "price",
        (
            "price", "product_price", "regular_price", "unit_price", "amount",
            "السعر", "سعر المنتج", "base_price",
            "regulärer preis", "preis", "السعر الافتراضي", "السعر الأساسي",
            "سعر القطعة", "سعر", "الثمن",
        ),
    ),
    FieldAliases(
        "list_price",
        (
            "list_price", "compare_at_price", "variant_compare_at_price", "original_price",
            "price_before_discount", "retail_price", "msrp", "mrp", "rrp", "uvp", "was_price",
            "old_price", "strikethrough_price", "السعر قبل الخصم", "السعر الأصلي", "السعر القديم",
            "السعر قبل التخفيض",
        ),
    ),
    FieldAliases(
        "cost",
        ("cost_of_goods_sold", "cost", "cost_price", "cost_per_item", "unit_cost",
         "wholesale_price", "سعر التكلفة", "التكلفة", "تكلفة المنتج"),
    ),
    FieldAliases("margin", ("margin", "gross_margin", "profit_margin", "هامش الربح")),
    FieldAliases("currency", ("currency", "currency_code", "price_currency", "العملة")),
    FieldAliases(
        "brand",
        (
            "brand", "brand_name", "product_brand", "vendor", "manufacturer",
            "maker", "الماركة", "العلامة التجارية", "ماركة", "اسم الماركة", "البراند",
            "الشركة المصنعة",
        ),
    ),
    FieldAliases(
        "category",
        (
            "category", "categories", "product_category", "category_path", "product_type",
            "product_type_name", "type",
            "main_category", "department", "kategorien",
            "الفئة", "القسم", "التصنيف", "الفئات", "الأقسام", "التصنيفات", "القسم الرئيسي",
            "الفئة الرئيسية", "التصنيف الرئيسي", "تصنيف المنتج", "فئة المنتج", "قسم المنتج",
            "نوع المنتج",
        ),
    ),
    FieldAliases(
        "google_product_category",
        ("google_product_category", "google_category", "fb_product_category",
         "فئة المنتج على Google"),
    ),
    FieldAliases(
        "url",
        (
            "link", "url", "product_url", "product_link", "permalink", "page_url", "canonical_link",
            "canonical_url", "deeplink", "landing_page", "external_url", "رابط المنتج", "الرابط",
            "رابط الصفحة",
        ),
    ),
    FieldAliases(
        "gtin",
        (
            "gtin", "gtin13", "gtin14", "gtin12", "gtin8", "ean", "ean13", "upc", "barcode",
            "variant_barcode", "isbn", "jan", "global_unique_id", "gtin_upc_ean_or_isbn",
            "الباركود", "باركود", "رقم الباركود",
        ),
    ),
    FieldAliases(
        "mpn",
        ("mpn", "manufacturer_part_number", "part_number", "manufacturer_number", "رقم القطعة"),
    ),
    FieldAliases(
        "rating",
        (
            "rating", "average_rating", "rating_average", "avg_rating", "review_rating", "stars",
            "reviews_average_rating", "التقييم", "متوسط التقييم",
        ),
    ),
    FieldAliases(
        "rating_count",
        (
            "rating_count", "ratings_count", "review_count", "reviews_count", "number_of_reviews",
            "number_of_ratings", "reviews_total_count", "عدد التقييمات",
        ),
    ),
    FieldAliases(
        "subcategory",
        (
            "subcategory", "subcategories", "product_subcategory",
            "القسم الفرعي", "الفئة الفرعية", "التصنيف الفرعي",
        ),
    ),
    FieldAliases(
        "image",
        (
            "image", "image_link", "image_url", "image_path", "image_src", "main_image",
            "main_image_url", "photo", "photo_url", "picture", "picture_url", "img", "img_url",
            "image_file", "images", "base_image", "product_image", "product_images", "image_urls",
            "image_links", "photos", "pictures", "image_1", "photo_1", "bilder",
            "additional_image_link", "additional_images",
            "الصورة", "رابط الصورة", "صورة المنتج", "الصور", "صور المنتج", "روابط الصور", "صورة",
            "thumbnail",
        ),
    ),
    FieldAliases(
        "video",
        (
            "video", "video_link", "video_url", "videos", "product_video", "product_video_url",
            "video_src", "رابط الفيديو", "فيديو", "فيديو المنتج", "الفيديو",
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
        ("group_id", "item_group_id", "parent_id", "parent_sku", "parent_asin", "parent",
         "معرّف مجموعة السلع"),
    ),
    FieldAliases(
        "in_stock",
        (
            "in_stock", "availability", "available", "is_in_stock", "stock_status", "stock",
            *QUANTITY_ALIASES,
            "vorrätig",
            "التوفر", "متوفر", "المخزون", "مدى التوفر", "حالة التوفر", "حالة المخزون",
            "في المخزون", "متوفر في المخزون",
        ),
    ),
    FieldAliases(
        "created_at",
        ("created_at", "date_added", "published_at", "created", "date_created", "created_date",
         "تاريخ الإضافة", "تاريخ الإنشاء"),
    ),
    FieldAliases(
        "popularity",
        (
            "popularity", "units_sold", "n_sold", "sold", "quantity_sold", "total_sold",
            "الشعبية", "عدد المبيعات",
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
    FieldAliases("details", ("product_detail",)),
    FieldAliases("translations", ("translations",)),
)  # fmt: skip

ATTRIBUTE_ALIASES = (
    FieldAliases("color", ("color", "colour", "color_name", "base_colour", "اللون", "لون")),
    FieldAliases("size", ("size", "size_name", "المقاس", "مقاس", "القياس")),
    FieldAliases("gender", ("gender", "sex", "target_gender", "الجنس")),
    FieldAliases("age_group", ("age_group",)),
    FieldAliases("material", ("material", "fabric", "المادة", "الخامة", "خامة", "القماش")),
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


_ARABIC_FORMS = str.maketrans({"ة": "ه", "\u0640": None})


@lru_cache(maxsize=8_192)
def normalize_column_name(name: str) -> str:
    """Return a column name as its letters and digits alone, in one form.

    Case, spaces, `_`, `-`, the prefix `g:`, diacritics and tatweel are dropped; forms of the Arabic
    alef, teh marbuta and alef maksura are written alike.
    """
    normalized = unicodedata.normalize("NFKC", name).casefold().strip()
    normalized = normalize_alef(normalized.removeprefix("g:")).translate(_ARABIC_FORMS)
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
FIELDS_BESIDE = {
    **{normalize_column_name(alias): "sku" for alias in SKU_ALIASES},
    **{normalize_column_name(alias): "quantity" for alias in QUANTITY_ALIASES},
}
"""The second field that a column fills, by normalized column name."""

FIELD_KEYS = (*(known.field for known in FIELD_ALIASES), "sku", "quantity")
