"""Words around a price that do not change it: "from", "incl. VAT", "/kg", "شامل الضريبة"."""

import re

from index.text.folding import fold_spelling

_FROM = (
    r"from|starting (?:at|from)|starts (?:at|from)|as low as|only|just|now|price|"
    r"ab|nur|von|preis|a partir de|des|seulement|prix|desde|baslayan|"
    r"(?:السعر )?(?:ابتداء|بدءا|بدايه|يبدا|تبدا) من|من|فقط|السعر|سعر"
)
_TAX = r"(?:sales )?(?:vat|tax(?:es)?|gst|mwst|ust|mehrwertsteuer|tva|taxes comprises|kdv|iva|btw)"
_ARABIC_TAX = r"(?:ل|ال)?ضريبه?(?: القيمه المضافه)?(?: المضافه)?"
_RATE = (
    r"(?:of )?(?:\d{1,2}(?:[.,]\d+)? ?% ?)?(?:% ?\d{1,2} ?)?(?:the |ges |gesetzl |gesetzlicher )?"
)
_TAX_INCLUDED = (
    rf"(?:incl|inc|including|inclusive|inkl|inklusive|with|enthalt|tax included|vat included)\.? "
    rf"?{_RATE}{_TAX}\.?|{_TAX}\.? ?(?:incl(?:uded|usive)?|inc|inkl(?:usive)?|dahil(?:dir)?)\.?|"
    rf"ttc|toutes taxes comprises|kdv dahil(?:dir)?|"
    rf"(?:شاملا?|شامله|يشمل|متضمنا?|متضمنه|مع) (?:قيمه )?{_ARABIC_TAX}(?: ?\d{{1,2}} ?%)?"
)
_SHIPPING = r"(?:zzgl|plus|\+|excl|hors)\.? ?(?:versand(?:kosten)?|shipping|livraison)"
_UNIT = (
    r"kgs?|kilo(?:gram(?:m|s)?)?s?|g|gr|gram(?:m|s)?|lbs?|oz|l|lt|ltr|lit(?:er|re)s?|ml|cl|m|m2|m3|m²|m³|"
    r"sqm|cm|meter|metre|yards?|pieces?|pcs?|items?|units?|each|ea|pairs?|sets?|box(?:es)?|packs?|"
    r"packets?|bottles?|dozen|cartons?|bags?|rolls?|stuck|stk|st|paar|packung|flasche|piece|"
    r"unite|paire|boite|bouteille|adet|paket|"
    r"قطعه|حبه|كيلو|كيلوجرام|كيلوغرام|كجم|كغم|كغ|ك|جرام|غرام|متر|لتر|علبه|كرتون|كرتونه|وحده|طقم|"
    r"زوج|حزمه|عبوه|درزن|دزينه|واحده|كيس|رول"
)
_PER = (
    rf"(?:/|\bper\b|\bpro\b|\bje\b|\bpar\b|\bla\b|\bbirim\b)\s*(?:\d{{1,4}}\s*)?(?:{_UNIT})\b\.?|"
    rf"\b(?:each|ea|/ea)\b\.?|(?<!\w)لكل (?:\d{{1,4}} )?(?:{_UNIT})\b|(?<!\w)(?:لل|ال)(?:{_UNIT})\b"
)
_PHRASES = re.compile(
    rf"(?<!\w)(?:{_TAX_INCLUDED}|{_SHIPPING})(?!\w)|{_PER}|(?<!\w)(?:{_FROM})(?!\w):?|(?<=\d)[/:][-–—]+(?!\w)|[*†]+$"
)


def strip_price_phrases(text: str) -> str:
    """Return a price without the words that say "from", its unit, or that it includes tax.

    A price without tax ("excl. VAT") or for a month keeps its words: it is not what a shopper pays.

    Args:
        text: A price with its digits already ASCII.
    """
    return _PHRASES.sub(" ", _fold_words(text)).strip()


def _fold_words(text: str) -> str:
    """Return the folded text with the dirham's alef, which tells it from Jordan's dinar."""
    return "إ".join(fold_spelling(part) for part in text.split("إ"))
