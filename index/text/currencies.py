"""ISO 4217 currency codes, and the symbols and abbreviations written instead of them."""

import re

_CODES = (
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP "
    "BYN BZD CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP "
    "GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR "
    "KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK "
    "MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR "
    "SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS "
    "UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWL"
)
CURRENCY_CODES = frozenset(_CODES.split())
"""Source: ISO 4217, currencies in use."""

THREE_DECIMAL_CURRENCIES = frozenset({"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"})
"""Currencies with three decimals. Source: ISO 4217, minor unit 3."""

# Several countries share a symbol; it stands for the currency that a Gulf shop most likely means:
# $ is USD, ريال and the riyal sign are SAR, درهم is AED. A shop that means another one writes the
# code, or has a column `currency`.
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

_CODE_BY_SYMBOL = {symbol.casefold(): code for symbol, code in CURRENCY_SYMBOLS}
_SYMBOL = re.compile(
    "|".join(re.escape(symbol) for symbol in sorted(_CODE_BY_SYMBOL, key=len, reverse=True)),
    re.IGNORECASE,
)
_CODE = re.compile(r"(?<![A-Z])[A-Z]{3}(?![A-Z])", re.IGNORECASE)


def to_currency_code(text: str) -> str:
    """Return the ISO code of "AED", "aed", "د.إ." or "$"; empty when it is not a currency."""
    word = text.strip()
    if word.upper() in CURRENCY_CODES:
        return word.upper()
    return _CODE_BY_SYMBOL.get(word.casefold()) or _CODE_BY_SYMBOL.get(
        word.rstrip(".").casefold(), ""
    )


def split_currency(text: str) -> tuple[str, str]:
    """Split a price into number and currency.

    Returns:
        The text without the currency, and its ISO code; the unchanged text and "" without one.
    """
    codes = (match for match in _CODE.finditer(text) if match[0].upper() in CURRENCY_CODES)
    match = next(codes, None) or _SYMBOL.search(text)
    if match is None:
        return text, ""
    currency, rest = match[0], text[match.end() :]
    if currency[-1].isalpha():
        # "Dhs.12", "ج.م.٥": the dot ends an abbreviation; after "$" it would separate decimals.
        rest = rest.removeprefix(".")
    return f"{text[: match.start()]} {rest}", to_currency_code(currency)
