"""Unknown columns that are no attributes, by their names: the shop's own matters.

Every other unknown column is searched and shown as an attribute. Source: the headers that
WooCommerce, Magento, Shopify, Salla, Zid, Google Merchant Center and Meta write.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from index.catalog.header_matching import strip_repeat
from shopwindow.values import normalize_alef


class UnusedColumns(NamedTuple):
    """Why columns are not used, and a pattern of their names.

    Names are compared in lower case, their words separated by single spaces.
    """

    reason: str
    pattern: re.Pattern[str]


def _any_of(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{normalize_alef(pattern)})" for pattern in patterns))


UNUSED_COLUMNS = (
    UnusedColumns(
        "an id or a code",
        _any_of(
            r".*\b(?:ids?|uuid|guid|gtins?|ean|upc|isbn|asin|mpn|barcode|skus?|hs code|hash)\b.*",
            r"(?:ean|gtin|upc)\d+", r"(?:no|nr|number|row|index|code|#)",
            r".*(?:باركود|معرف|رقم تسلسلي|الرقم التسلسلي).*",
        ),
    ),
    UnusedColumns(
        "an address, a file or a photo",
        _any_of(
            r".*\b(?:urls?|uri|links?|href|slug|permalink|redirect|path|file|files)\b.*",
            r".*\b(?:image|images|photo|photos|picture|pictures|thumbnail|swatch|gallery)\b.*",
            r"handle|.*\b(?:url key|videos?)",
            r".*(?:رابط|روابط|صوره|صور|فيديو).*",
        ),
    ),
    UnusedColumns(
        "a time",
        _any_of(
            r".*\b(?:date|dates|datetime|timestamp|modified|updated|expires|expiration)\b.*",
            r".*\b(?:created|published|deleted) (?:at|on|by)\b.*",
            r".*تاريخ.*",
        ),
    ),
    UnusedColumns(
        "a price, a cost or a tax",
        _any_of(
            r".*\b(?:price|prices|pricing|cost|costs|tax|taxes|taxable|vat|margin|profit)\b.*",
            r".*\b(?:discount|commission|wholesale|msrp|rrp|installment|fee|currency)\b.*",
            r".*(?:سعر(?!ات)|تكلفه|ضريبه|خصم|تخفيض|عموله|ربح).*",
        ),
    ),
    UnusedColumns(
        "stock or delivery",
        _any_of(
            r".*\b(?:shipping|ships|delivery|warehouse|inventory|stock|qty|quantity|backorders?)\b.*",
            r".*\b(?:fulfillment|supplier|purchase|(?:transit|handling|lead) time|parcel)\b.*",
            r".*(?:شحن|توصيل|مخزون|مستودع|كميه|مورد).*",
        ),
    ),
    UnusedColumns(
        "labels, or for search engines or advertisements",
        _any_of(
            r".*\b(?:seo|meta|metadata|keywords?|canonical|robots|ads|adwords|facebook)\b.*",
            r"tags?|product tags|labels?|الوسوم|وسوم|علامات",
            r"custom label \d+|google shopping .*|page title|.*\bsearch engine\b.*",
            r".*محركات البحث.*",
        ),
    ),
    UnusedColumns(
        "a setting of the shop",
        _any_of(
            r"additional attributes|vectors?|embeddings?|\[?\d+\]? (?:الاسم|القيمه|النوع|الصوره.*)",
            r".*\b(?:store view|websites?|attribute set|layout|template|position|sort order)\b.*",
            r"(?:attribute|option) ?\d+ .*|(?:variant|configurable|bundle|associated|grouped) .*",
            r"(?:is|has|use|enable|enabled|requires?|allow|manage|min|max|notify) .*|.* allowed",
            r".*\b(?:visibility|visible|featured|purchasable|html|json|xml|downloads?|upsells?)\b.*",
            r".*\b(?:crosssells?|cross sells?|related|gift card|sold individually|owner|admin)\b.*",
            r"type|typ|parent|variations?|status|order|menu order|adult|.* status",
            r"identifier exists",
            r"(?:internal |admin |purchase )?notes?|internal .*",
            r"(?:average |avg |customer |product |star )?(?:ratings?|reviews?|score|views|hits)",
            r"هل .*|ترتيب.*|النوع|.*(?:ملاحظات|حاله|تقييم|مشاهدات).*",
        ),
    ),
    UnusedColumns(
        "a text", _any_of(r".*\b(?:description|title|body|excerpt)\b.*", r".*(?:الوصف|وصف).*")
    ),
)  # fmt: skip

_CAMEL_CASE = re.compile(r"(?<=[a-z])(?=[A-Z])")
_SEPARATORS = re.compile(r"[^\w#]+|_")


@lru_cache(maxsize=8_192)
def find_unused_reason(column: str) -> str:
    """Return what an unknown column holds instead of an attribute; empty for an attribute."""
    name = strip_repeat(column).strip()
    if not name:
        return "a column without a name"
    words = _CAMEL_CASE.sub(" ", name).casefold()
    words = " ".join(_SEPARATORS.sub(" ", normalize_alef(words).replace("ة", "ه")).split())
    for unused in UNUSED_COLUMNS:
        if unused.pattern.fullmatch(words):
            return unused.reason
    return ""
