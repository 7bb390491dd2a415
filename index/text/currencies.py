"""Currencies by their ISO 4217 code and by what people write instead."""

import re

_IN_USE = (
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP "
    "BYN BZD CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP "
    "GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR "
    "KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK "
    "MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR "
    "SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS "
    "UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWL"
)
CURRENCY_CODES = frozenset(_IN_USE.split())
"""Source: ISO 4217, currencies in use."""

THREE_DECIMAL_CURRENCIES = frozenset({"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"})
"""Currencies of a thousand parts. Source: ISO 4217, minor unit 3."""

# Several countries share a sign; the first that a Gulf shop would mean is taken: $ is USD, ريال and
# the riyal sign are SAR, درهم is AED. A shop that means another one writes the code, or sets
# `currency` in its own column.
CURRENCY_SYMBOLS = (
    ("US$", "USD"), ("A$", "AUD"), ("C$", "CAD"), ("CA$", "CAD"), ("HK$", "HKD"), ("R$", "BRL"),
    ("S$", "SGD"), ("NZ$", "NZD"), ("$", "USD"), ("€", "EUR"), ("£", "GBP"), ("E£", "EGP"),
    ("¥", "JPY"), ("₹", "INR"), ("₺", "TRY"), ("₽", "RUB"), ("₩", "KRW"), ("₪", "ILS"),
    ("₫", "VND"), ("฿", "THB"), ("₱", "PHP"), ("₦", "NGN"), ("₴", "UAH"), ("zł", "PLN"),
    ("Kč", "CZK"), ("Ft", "HUF"), ("RM", "MYR"), ("Rp", "IDR"),
    ("Dhs", "AED"), ("Dh", "AED"), ("د.إ", "AED"), ("درهم", "AED"),
    ("SR", "SAR"), ("ر.س", "SAR"), ("ريال", "SAR"), ("﷼", "SAR"), ("\u20c1", "SAR"),
    ("QR", "QAR"), ("ر.ق", "QAR"), ("KD", "KWD"), ("د.ك", "KWD"), ("BD", "BHD"), ("د.ب", "BHD"),
    ("RO", "OMR"), ("ر.ع", "OMR"), ("LE", "EGP"), ("ج.م", "EGP"), ("جنيه", "EGP"),
    ("JD", "JOD"), ("د.أ", "JOD"), ("د.ا", "JOD"), ("د.ع", "IQD"), ("ل.ل", "LBP"),
    ("د.م", "MAD"), ("د.ت", "TND"), ("د.ج", "DZD"), ("د.ل", "LYD"), ("ر.ي", "YER"),
)  # fmt: skip

_BY_SIGN = {sign.casefold(): code for sign, code in CURRENCY_SYMBOLS}
_ANY_SIGN = re.compile(
    "|".join(re.escape(sign) for sign in sorted(_BY_SIGN, key=len, reverse=True)), re.IGNORECASE
)
_CODE = re.compile(r"(?<![A-Z])[A-Z]{3}(?![A-Z])", re.IGNORECASE)


def to_currency_code(text: str) -> str:
    """Return the ISO code of "AED", "aed", "د.إ." or "$"; empty when it is no currency."""
    word = text.strip()
    if word.upper() in CURRENCY_CODES:
        return word.upper()
    return _BY_SIGN.get(word.casefold()) or _BY_SIGN.get(word.rstrip(".").casefold(), "")


def split_currency(text: str) -> tuple[str, str]:
    """Take the currency out of a price.

    Returns:
        The text without it, and the ISO code; the text as it is and "" when it names none.
    """
    codes = (match for match in _CODE.finditer(text) if match[0].upper() in CURRENCY_CODES)
    found = next(codes, None) or _ANY_SIGN.search(text)
    if found is None:
        return text, ""
    word, rest = found[0], text[found.end() :]
    if word[-1].isalpha():
        # "Dhs.12", "ج.م.٥": the dot shortens the word; after "$" it would be a decimal sign.
        rest = rest.removeprefix(".")
    return f"{text[: found.start()]} {rest}", to_currency_code(word)
