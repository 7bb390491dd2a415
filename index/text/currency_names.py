"""Names of currencies: codes, signs, abbreviations, and words with the adjectives of countries."""

from typing import NamedTuple

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

THREE_DECIMAL_CURRENCIES = frozenset({"BHD", "JOD", "KWD", "LYD", "OMR", "TND"})
"""Currencies written with three decimals.

Source: ISO 4217, minor unit 3, without IQD: its fils are no longer used, and 25.000 or 25,000 IQD
are twenty-five thousand.
"""

CURRENCY_SYMBOLS = (
    ("US$", "USD"), ("A$", "AUD"), ("AU$", "AUD"), ("C$", "CAD"), ("CA$", "CAD"), ("HK$", "HKD"),
    ("R$", "BRL"), ("S$", "SGD"), ("NZ$", "NZD"), ("MX$", "MXN"), ("€", "EUR"), ("E£", "EGP"),
    ("L£", "LBP"), ("₹", "INR"), ("₺", "TRY"), ("₽", "RUB"), ("₩", "KRW"), ("₪", "ILS"),
    ("₫", "VND"), ("฿", "THB"), ("₱", "PHP"), ("₦", "NGN"), ("₴", "UAH"), ("₸", "KZT"),
    ("₾", "GEL"), ("₼", "AZN"), ("zł", "PLN"), ("Kč", "CZK"), ("Ft", "HUF"), ("RM", "MYR"),
    ("Rp", "IDR"), ("R", "ZAR"), ("руб", "RUB"), ("грн", "UAH"), ("лв", "BGN"), ("lei", "RON"),
    ("TL", "TRY"), ("ل.ت", "TRY"), ("SFr", "CHF"),
    ("Dhs", "AED"), ("د.إ", "AED"), ("SR", "SAR"), ("ر.س", "SAR"),
    ("\u20c1", "SAR"),
    ("QR", "QAR"), ("ر.ق", "QAR"), ("KD", "KWD"), ("د.ك", "KWD"), ("BD", "BHD"), ("د.ب", "BHD"),
    ("RO", "OMR"), ("ر.ع", "OMR"), ("LE", "EGP"), ("ج.م", "EGP"), ("ج.س", "SDG"), ("JD", "JOD"),
    ("د.أ", "JOD"), ("د.ا", "JOD"), ("د.ع", "IQD"), ("ل.ل", "LBP"), ("LL", "LBP"), ("ل.س", "SYP"),
    ("د.م", "MAD"), ("د.ت", "TND"), ("د.ج", "DZD"), ("د.ل", "LYD"), ("ر.ي", "YER"), ("DT", "TND"),
    ("DA", "DZD"), ("يورو", "EUR"), ("euro", "EUR"), ("euros", "EUR"), ("avro", "EUR"),
    ("sterling", "GBP"), ("استرليني", "GBP"), ("شيكل", "ILS"), ("shekel", "ILS"),
    ("shekels", "ILS"), ("yen", "JPY"), ("yuan", "CNY"),
)  # fmt: skip
"""Signs and abbreviations that stand for one currency."""


class SharedName(NamedTuple):
    """A sign or word that several countries have for their currency.

    Attributes:
        forms: Its spellings.
        default: The currency meant where nothing says which, as a Gulf shop most likely means it;
            empty where no country is that likely, and then the price has no currency.
        codes: The currencies that it may stand for; a code or a country's adjective beside it, the
            column of currencies, or the feed's own currency decides.
    """

    forms: tuple[str, ...]
    default: str
    codes: frozenset[str]


def _share(forms: str, default: str, codes: str) -> SharedName:
    return SharedName(tuple(forms.split("|")), default, frozenset(codes.split()))


SHARED_NAMES = (
    _share("$", "USD", "USD CAD AUD NZD SGD HKD MXN TWD ARS CLP COP BND FJD JMD TTD BBD BSD"),
    _share(
        "دولار|دولارا|دولارات|dollar|dollars|dolar",
        "USD",
        "USD CAD AUD NZD SGD HKD TWD",
    ),
    _share("ريال|ريالا|ريالات|﷼|riyal|riyals|rial|rials", "SAR", "SAR QAR OMR YER IRR"),
    _share("درهم|درهما|دراهم|dirham|dirhams|dh|DHs|د.ه", "AED", "AED MAD"),
    _share("دينار|دينارا|دنانير|دينارات|dinar|dinars", "", "KWD BHD JOD IQD TND DZD LYD RSD MKD"),
    _share("جنيه|جنيها|جنيهات|ج", "EGP", "EGP SDG SSP GBP"),
    _share("£", "GBP", "GBP EGP SDG SSP LBP SYP"),
    _share("pound|pounds|livre|livres|pfund", "", "GBP EGP SDG SSP LBP SYP"),
    _share("ليرة|ليرات|lira|liras|lirasi|lire|lires", "", "TRY LBP SYP"),
    _share("روبية|روبيات|rupee|rupees|roupie|roupies|Rs|₨", "", "INR PKR LKR NPR MUR SCR"),
    _share("Rs.", "INR", "INR PKR LKR NPR MUR SCR"),
    _share("فرنك|فرنكا|فرنكات|franc|francs|franken|fr", "CHF", "CHF XAF XOF XPF DJF KMF"),
    _share("كرونة|كرون|krona|kronor|krone|kroner|kr", "", "SEK NOK DKK ISK"),
    _share("¥", "JPY", "JPY CNY"),
)

CURRENCIES_BY_COUNTRY = (
    (
        "سعودي|سعودية|سعوديا|saudi|saoudien|saoudiens|saoudienne|saudische|saudischer|ksa|suudi",
        "SAR",
    ),
    ("قطري|قطرية|قطريا|qatari|qatar|qatarien|qatariens|qatarische|katar", "QAR"),
    ("عماني|عمانية|عمانيا|omani|oman|omanais|omanischer|umman", "OMR"),
    ("يمني|يمنية|يمنيا|yemeni|yemen|yemenite|yemenites", "YER"),
    ("ايراني|ايرانية|iranian|iran|iranien|iraniens", "IRR"),
    (
        "اماراتي|اماراتية|اماراتيا|امارات|emirati|uae|emirates|emirien|emiriens|emirats|emirate|bae",
        "AED",
    ),
    ("مغربي|مغربية|مغربيا|moroccan|marocain|marocains|marokkanischer|fas", "MAD"),
    ("كويتي|كويتية|كويتيا|kuwaiti|kuwait|koweitien|koweitiens|kuwaitischer|kuveyt", "KWD"),
    ("بحريني|بحرينية|بحرينيا|bahraini|bahrain|bahreini|bahreinis|bahrainischer", "BHD"),
    ("اردني|اردنية|اردنيا|jordanian|jordan|jordanien|jordaniens|jordanischer|urdun", "JOD"),
    ("عراقي|عراقية|عراقيا|iraqi|iraq|irakien|irakiens|irakischer|irak", "IQD"),
    ("تونسي|تونسية|تونسيا|tunisian|tunisien|tunisiens|tunesischer|tunus", "TND"),
    ("جزائري|جزائرية|جزائريا|algerian|algerien|algeriens|algerischer|cezayir", "DZD"),
    ("ليبي|ليبية|ليبيا|libyan|libyen|libyens|libyscher|libya", "LYD"),
    ("مصري|مصرية|مصريا|egyptian|egypt|egyptien|egyptienne|egyptiennes|agyptisches|misir", "EGP"),
    ("سوداني|سودانية|sudanese|soudanaise|soudanaises", "SDG"),
    ("بريطاني|بريطانية|انجليزي|british|britannique|britisches|uk|ingiliz", "GBP"),
    ("تركي|تركية|turkish|turk|turque|turques|turkische", "TRY"),
    ("لبناني|لبنانية|lebanese|libanaise|libanaises|libanesische|lubnan", "LBP"),
    ("سوري|سورية|syrian|syrienne|syriennes|syrische|suriye", "SYP"),
    ("امريكي|امريكية|اميركي|american|us|usa|americain|americains|amerikan", "USD"),
    ("كندي|كندية|canadian|canadien|canadiens|kanadischer|kanada", "CAD"),
    ("استرالي|استرالية|australian|australien|australiens|avustralya", "AUD"),
    ("هندي|هندية|indian|indienne|indiennes|indische|hindistan", "INR"),
    ("باكستاني|باكستانية|pakistani|pakistanaise|pakistanaises", "PKR"),
    ("سريلانكي|سريلانكية|lankan", "LKR"),
    ("نيبالي|نيبالية|nepalese|nepali", "NPR"),
    ("سويسري|سويسرية|سويسريا|swiss|suisse|suisses|schweizer|isvicre", "CHF"),
    ("سويدي|سويدية|swedish|suedoise|suedoises|schwedische|isvec", "SEK"),
    ("نرويجي|نرويجية|norwegian|norvegienne|norwegische|norvec", "NOK"),
    ("دنماركي|دنماركية|danish|danoise|danische", "DKK"),
)
"""Adjectives and names of countries, which decide a shared name beside them."""
