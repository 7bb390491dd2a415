"""Words for availability, in English, Arabic, German, French and Turkish, folded."""

from index.text.folding import fold_spelling

_IN_STOCK = (
    "yes", "y", "true", "t", "on", "in stock", "instock", "available", "available for order",
    "limited availability", "limited stock", "low stock", "limited", "in store only", "in store",
    "online only", "ready to ship", "ships today", "available now", "few left", "last piece",
    "نعم", "متوفر", "متوفره", "متاح", "متاحه", "موجود", "موجوده", "في المخزون", "متوفر في المخزون",
    "متوفره في المخزون", "متاح في المخزون", "موجود في المخزون", "بالمخزون", "متوفر بالمخزون",
    "متوفر الان", "كميه محدوده", "متوفر بكميه محدوده", "اخر قطعه", "متوفر للطلب",
    "ja", "wahr", "auf lager", "lagernd", "verfügbar", "sofort verfügbar", "sofort lieferbar",
    "vorrätig",
    "lieferbar", "lagerware", "auf lager verfügbar", "nur noch wenige", "begrenzt verfügbar",
    "oui", "vrai", "en stock", "disponible", "dispo", "disponible en stock",
    "disponibilite limitee", "evet", "doğru", "stokta", "stokta var", "stokta mevcut", "mevcut",
    "var",
    "stokda var",
)  # fmt: skip
_OUT_OF_STOCK = (
    "no", "n", "false", "f", "off", "out of stock", "outofstock", "sold out", "soldout", "oos",
    "unavailable", "not available", "not in stock", "no stock", "discontinued", "mark as sold",
    "sold", "reserved", "currently unavailable", "temporarily out of stock", "coming soon",
    "temporarily unavailable", "empty", "لا", "غير متوفر", "غير متوفره", "غير متاح", "غير متاحه",
    "غير موجود", "ليس متوفر", "ليس متوفرا", "غير متوفر في المخزون", "ليس في المخزون",
    "نفد", "نفذ", "نفدت", "نفذت", "نفد المخزون", "نفذ المخزون", "نفدت من المخزون",
    "نفذت من المخزون", "نفد من المخزون", "نفذ من المخزون", "نافد", "نافذ", "منتهي", "انتهي",
    "انتهت", "انتهي المخزون", "خارج المخزون", "لا يوجد", "لا يوجد مخزون", "لا يوجد في المخزون",
    "مباع", "تم البيع", "تم بيعه", "قريبا", "متوقف", "بيع بالكامل", "تم بيعها بالكامل",
    "nein", "falsch", "nicht auf lager", "nicht verfügbar", "nicht lieferbar", "nicht vorrätig",
    "nicht lagernd", "ausverkauft", "vergriffen", "derzeit nicht verfügbar", "non", "faux",
    "épuisé", "épuisée", "rupture de stock", "en rupture de stock", "en rupture", "rupture",
    "indisponible", "non disponible", "hors stock", "hors-stock", "pas en stock",
    "actuellement indisponible", "hayır", "yanlış", "stokta yok", "stokda yok", "tükendi",
    "stok dışı",
    "mevcut değil", "yok", "stok yok", "stokta kalmadı", "stok tükendi",
)  # fmt: skip
_PREORDER = (
    "vorbestellbar", "vorbestellung", "précommande", "en précommande", "pré commande", "ön sipariş",
    "ön siparişte", "presale", "pre sale", "طلب مسبق", "الطلب المسبق", "حجز مسبق", "طلب مقدم",
    "available for preorder", "available for pre order", "on preorder", "on pre order",
)  # fmt: skip
_BACKORDER = (
    "nachbestellbar", "lieferrückstand", "auf bestellung", "sur commande", "en réapprovisionnement",
    "available on backorder", "available on back order", "available for backorder", "backordered",
    "on back order", "sipariş üzerine", "حسب الطلب", "عند الطلب", "طلب مؤجل", "طلب خاص", "بالطلب",
    "متوفر عند الطلب", "متوفر حسب الطلب", "متوفر بالطلب", "متوفر للطلب المسبق",
)  # fmt: skip
PREORDER_WORDS = (
    "preorder", "pre order", "backorder", "back order", "on backorder", "onbackorder",
    "made to order", "madetoorder",
)  # fmt: skip
"""States that can be ordered but not shipped now, so that a filter for products in stock must not
match them. The field "availability" says which it is."""

STATE_BY_WORD = {
    **{fold_spelling(word): "preorder" for word in _PREORDER},
    **{fold_spelling(word): "backorder" for word in _BACKORDER},
}
"""What the words of other languages for these states are in English."""

IN_STOCK_BY_WORD = {
    **{fold_spelling(word): True for word in _IN_STOCK},
    **{fold_spelling(word): False for word in (*_OUT_OF_STOCK, *PREORDER_WORDS)},
}
FILLERS = frozenset({
    "حاليا", "الكميه", "كميه", "المنتج", "المتوفر", "هذا", "للاسف", "currently", "now", "item",
    "product", "stock:", "availability:", "zurzeit", "derzeit", "momentan", "aktuell",
    "actuellement", "su", "anda", "artikel", "produit", "urun", "التوفر", "الحاله",
})  # fmt: skip
"""Words beside an availability that do not change it."""

UNITS = frozenset({
    "pcs", "pc", "piece", "pieces", "unit", "units", "item", "items", "left", "only", "remaining",
    "stuck", "stk", "adet", "urun", "piece(s)", "unite", "unites", "articles", "restants", "nur",
    "noch", "قطع", "قطعه", "حبه", "حبات", "وحده", "وحدات", "متبقي", "متبقيه", "باقي", "بقي", "فقط",
    "more", "than", "over", "plus", "de", "quantity", "qty", "in", "at", "least",
})  # fmt: skip
"""Words beside a quantity that do not change it."""
