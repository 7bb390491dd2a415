"""Prices with words: countries of currencies, taxes, units, ranges, currencies said twice."""

import pytest

from index.catalog.records import CellError
from index.text.currencies import to_currency_code
from index.text.prices import Money, parse_price

PRICES = (
    ("75 ريال قطري", 75, "QAR"), ("ريال عماني 5.500", 5.5, "OMR"), ("٧٥ ريالاً سعودياً", 75, "SAR"),
    ("5 ريالات يمنية", 5, "YER"), ("٢٥ درهم مغربي", 25, "MAD"), ("100 درهم اماراتى", 100, "AED"),
    ("الدرهم الإماراتي 100", 100, "AED"), ("10 دينار أردني", 10, "JOD"),
    ("5 دنانير كويتية", 5, "KWD"),
    ("10,250 دينار بحريني", 10.25, "BHD"), ("1.500 دينار جزائري", 1500, "DZD"),
    ("250,000 دينار عراقي", 250000, "IQD"), ("100 جنيه مصري", 100, "EGP"),
    ("جنيه إسترليني 20", 20, "GBP"), ("1.299,90 ليرة تركية", 1299.9, "TRY"),
    ("50,000 ليرة لبنانية", 50000, "LBP"), ("الليرة السورية 500", 500, "SYP"),
    ("99 دولار أمريكي", 99, "USD"), ("500 روبية هندية", 500, "INR"), ("75 ر. س.", 75, "SAR"),
    ("75 رس", 75, "SAR"), ("د. إ 75", 75, "AED"), ("50 د.ج", 50, "DZD"),
    ("12٫500 د.أ", 12.5, "JOD"),
    ("100 Moroccan dirhams", 100, "MAD"), ("99 Qatari Riyal", 99, "QAR"),
    ("Lebanese pound 5", 5, "LBP"),
    ("100 dirhams marocains", 100, "MAD"), ("12,500 dinars tunisiens", 12.5, "TND"),
    ("50 livres égyptiennes", 50, "EGP"), ("100 Türk Lirası", 100, "TRY"),
    ("1.299,90 TL", 1299.9, "TRY"),
    ("₺1.299,90", 1299.9, "TRY"), ("US $12.50", 12.5, "USD"), ("L.E. 50", 50, "EGP"),
    ("12،50 ر.س", 12.5, "SAR"), ("١٬٢٩٩٫٠٠ ر.س.\u200f", 1299, "SAR"), ("Rs. 1,299.00", 1299, "INR"),
    ("R 1 299,00", 1299, "ZAR"), ("299 руб.", 299, "RUB"), ("12,500 KWD", 12.5, "KWD"),
    ("1,250.500 KWD", 1250.5, "KWD"), ("150.000 ₫", 150000, "VND"),
    ("$1,299.00 USD", 1299, "USD"), ("$ 12 CAD", 12, "CAD"), ("75 SAR (ريال)", 75, "SAR"),
    ("From AED 99.00", 99, "AED"), ("ab 19,99 €", 19.99, "EUR"),
    ("à partir de 12,50 €", 12.5, "EUR"),
    ("ابتداءً من 99 ر.س", 99, "SAR"), ("السعر: 50 ريال فقط", 50, "SAR"),
    ("AED 99.00 - AED 149.00", 99, "AED"), ("$20.00 – $10.00", 10, "USD"), ("10 - 20", 10, ""),
    ("من 50 إلى 80 ريال", 50, "SAR"), ("12 bis 15 €", 12, "EUR"),
    ("4,99 €/kg", 4.99, "EUR"), ("3,49 € / 100 g", 3.49, "EUR"), ("SAR 12 per piece", 12, "SAR"),
    ("12 per kg", 12, ""), ("50 ر.س للقطعة", 50, "SAR"), ("20 ر.س / كيلو", 20, "SAR"),
    ("115 ر.س شامل الضريبة", 115, "SAR"), ("115 ر.س (شامل ضريبة القيمة المضافة)", 115, "SAR"),
    ("19,99 € inkl. 19 % MwSt.", 19.99, "EUR"), ("AED 105 (incl. 5% VAT)", 105, "AED"),
    ("12,00 € TTC", 12, "EUR"), ("1.299,90 TL KDV dahil", 1299.9, "TRY"),
    ("EUR 12.50*", 12.5, "EUR"),
    ("Rs. 150/-", 150, "INR"), ("129:- SEK", 129, "SEK"),
)  # fmt: skip


@pytest.mark.parametrize(("text", "amount", "currency"), PRICES)
def test_words_around_a_price_are_understood(text: str, amount: float, currency: str) -> None:
    assert parse_price(text) == Money(amount, currency)


@pytest.mark.parametrize(
    "text",
    ["USD 12 EUR", "12 ريال KWD", "49 SAR/month", "4 x 25 SAR", "AED 100 excl. VAT", "(12)",
     "up to 50 AED", "save 20%", "1 AED - 2 USD", "050-1234567", "12 دينار تركي", "5²", "٥٠ هللة",
     "AED 10 - -5", "80 ر.س 100 ر.س", "12 US"],
)  # fmt: skip
def test_words_that_may_change_a_price_are_refused(text: str) -> None:
    with pytest.raises(CellError, match="price"):
        parse_price(text)


@pytest.mark.parametrize("text", ["Rs 499", "1 299,00 kr", "12 دينار", "50 pounds", "5 ليرات"])
def test_a_name_of_several_currencies_is_none(text: str) -> None:
    assert not parse_price(text).currency


def test_the_feeds_currency_decides_a_shared_name() -> None:
    assert parse_price("$12", "CAD") == Money(12, "CAD")
    assert parse_price("12 ريال", "QAR") == Money(12, "QAR")
    assert parse_price("12,500 dinars", "JOD") == Money(12.5, "JOD")
    assert parse_price("Rs. 5", "PKR") == Money(5, "PKR")
    assert parse_price("12 ريال", "KWD") == Money(12, "SAR")
    assert parse_price("$12", "AED") == Money(12, "USD")
    with pytest.raises(CellError, match="price"):
        parse_price("12 دينار", "AED")


def test_a_currency_of_its_own_column_decides_commas_but_not_dots() -> None:
    assert parse_price("12,500", "KWD") == Money(12.5)
    assert parse_price("12,500", "AED") == Money(12500)
    assert parse_price("12.500", "EUR") == Money(12.5)


def test_currencies_of_a_column_may_be_words() -> None:
    assert to_currency_code("Saudi Riyal") == "SAR"
    assert to_currency_code("دينار كويتي") == "KWD"
    assert not to_currency_code("دينار")
    assert not to_currency_code("Kuwait")
