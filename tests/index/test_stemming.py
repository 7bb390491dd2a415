"""Stemming in many languages: each by its own stemmer, matching words typed without diacritics."""

import hashlib
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import data_samples
from index.payload import LANGUAGES, SURFACE_FORMS, from_payload, to_payload, tokenize_product
from index.text.analyzer import analyze, fold, get_stems
from index.text.latin import strip_elisions, strip_latin_diacritics
from index.text.stemming import STEMMER_LANGUAGES, get_stemmer_language
from shopwindow.values import Product, Translation

FORMS = {
    "fr": "chaussure chaussures; cheval chevaux; brodé brodée brodées; vélo vélos; léger légère;"
    "tissu tissus; élégant élégante; bleu bleus bleue; collier colliers",
    "de": "schuh schuhe schuhen; stuhl stühle; kleid kleider; grün grüne grünen gruen;"
    "strasse straße",
    "es": "zapato zapatos; pantalón pantalones; rojo roja rojas; niño niña niños",
    "it": "scarpa scarpe; vestito vestiti; rosso rossa rossi; borsa borse; bianco bianchi",
    "pt": "sapato sapatos; calção calções; botão botões; papel papéis; jardim jardins;"
    "chapéu chapéus",
    "nl": "schoen schoenen; jurk jurken; tafel tafels; broek broeken",
    "tr": "elbise elbiseler elbisesi; ayakkabı ayakkabılar ayakkabısı; çanta çantalar;"
    "gömlek gömleği;"
    "kitap kitabı; ışık ışıklar IŞIK; koltuk koltuklar",
    "ru": "платье платья; рубашка рубашки; красный красная",
    "pl": "sukienka sukienki",
    "sv": "klänning klänningar",
}
DIFFERENT = {
    "fr": "robe chaussure; manteau marteau; chemise chemin",
    "de": "schuh schule; hemd hand",
    "tr": "koltuk kol; çanta çatal; kupa köpek; dolar dolap; halı halka",
}
CATALOG_STEMS = "16451edd24258f60"
"""Digest of the stems of the sample catalog, English and Arabic, by analyzer version 2."""


def parse_groups(written: dict[str, str]) -> list[tuple[str, list[str]]]:
    return [
        (code, group.split()) for code, groups in written.items() for group in groups.split(";")
    ]


def get_text_stems(text: str, language: str = "") -> list[str]:
    return [token.stem for token in analyze(text, language)]


@pytest.mark.parametrize(("language", "forms"), parse_groups(FORMS))
def test_forms_of_one_word_share_a_stem(language: str, forms: list[str]) -> None:
    assert len({tuple(get_text_stems(form, language)) for form in forms}) == 1


@pytest.mark.parametrize(("language", "words"), parse_groups(DIFFERENT))
def test_different_words_have_different_stems(language: str, words: list[str]) -> None:
    assert len({tuple(get_text_stems(word, language)) for word in words}) == len(words)


@pytest.mark.parametrize(
    ("language", "code"),
    [("fr", "fr"), ("fr-FR", "fr"), ("pt_BR", "pt"), ("French", "fr"), ("nb", "no"),
     ("tr-TR", "tr"),
     ("en", ""), ("en-GB", ""), ("ar", ""), ("ja", ""), ("", ""), ("?", "")],
)  # fmt: skip
def test_languages_map_to_stemmer_codes(language: str, code: str) -> None:
    assert get_stemmer_language(language) == code
    text = "grandes chaussures"
    assert get_text_stems(text, language) == get_text_stems(text, code)


def test_english_and_arabic_stems_are_unchanged() -> None:
    text = (Path(data_samples.__file__).parent / "catalog.csv").read_text(encoding="utf-8")
    digest = hashlib.sha256("\n".join(get_text_stems(text)).encode()).hexdigest()
    assert digest[:16] == CATALOG_STEMS
    assert get_text_stems(text, "en") == get_text_stems(text, "ar") == get_text_stems(text)


@pytest.mark.parametrize("language", sorted(STEMMER_LANGUAGES))
def test_arabic_words_and_numbers_have_the_same_stems_in_any_language(language: str) -> None:
    text = "القميص الأحمر ٤٢ 256GB"
    assert get_text_stems(text, language) == get_text_stems(text)


@given(
    st.sampled_from(sorted({*STEMMER_LANGUAGES, ""})),
    st.text(st.characters(codec="latin-1", categories=["L"]) | st.sampled_from("ğışœłőİ '-")),
)
def test_words_without_diacritics_match_those_with_them(language: str, text: str) -> None:
    bare = strip_latin_diacritics(text)
    assert get_text_stems(bare, language) == get_text_stems(text, language)
    assert all(get_text_stems(text, language))
    assert fold(bare) == fold(text)


@given(
    st.sampled_from(sorted(STEMMER_LANGUAGES)),
    st.text(st.characters(codec="utf-8", exclude_characters="\0")),
)
def test_the_stems_of_a_query_include_those_of_the_document(language: str, text: str) -> None:
    product = Product("1", text, language=language, image="a.jpg")
    query_stems = {stem for token in analyze(text) for stem in get_stems(token, (language,))}
    assert {token.stem for token in tokenize_product(product)} <= query_stems


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("l'été", "été"), ("l’Été", "Été"), ("manteau d'hiver", "manteau hiver"),
        ("qu'il", "il"), ("dell'arte", "arte"), ("men's l'été", "men's été"),
        ("rock'n'roll", "rock'n'roll"),
        ("aujourd'hui", "aujourd'hui"), ("l'", "l'"),
    ],
)  # fmt: skip
def test_elided_words_are_removed(text: str, expected: str) -> None:
    assert strip_elisions(text, ("fr", "it")) == expected
    assert strip_elisions(text, ("de",)) == text


def test_elided_words_are_removed_only_from_texts_in_that_language() -> None:
    assert get_text_stems("l'été", "fr") == ["ete"]
    assert get_text_stems("l'été", "en") == ["l", "ete"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("Été", "Ete"), ("kırmızı İpek", "kirmizi Ipek"), ("Œuf Łódź øre", "OEuf Lodz ore"),
     ("ǿ", "o"), ("йод", "йод"), ("أحمر", "أحمر"), ("が", "が")],
)  # fmt: skip
def test_latin_letters_lose_their_diacritics(text: str, expected: str) -> None:
    assert strip_latin_diacritics(text) == expected


BILINGUAL = Product(
    "1",
    "Chaussures de course Nike",
    description="Semelles souples.",
    translations={
        "en": Translation("Nike running shoes", "Soft soles."),
        "ar": Translation("حذاء جري Nike", ""),
    },
    brand="Nike",
    category=("Chaussures",),
    language="fr-FR",
)


def test_each_text_is_stemmed_in_its_language_and_the_brand_once() -> None:
    counts = Counter(token.stem for token in tokenize_product(BILINGUAL))
    expected = {"nik": 10, "chaussur": 4, "shoe": 3, "run": 3, "semel": 1, "sole": 1}
    assert {stem: counts[stem] for stem in (*expected, "nike")} == {**expected, "nike": 0}


def test_tokens_are_the_same_after_storing() -> None:
    stored = to_payload(BILINGUAL)
    stored["product"]["translations"] = dict(reversed(stored["product"]["translations"].items()))
    assert tokenize_product(from_payload(stored)) == tokenize_product(BILINGUAL)


def test_languages_with_own_stemmers_are_stored() -> None:
    assert to_payload(BILINGUAL)[LANGUAGES] == ["fr"]
    assert LANGUAGES not in to_payload(Product("1", "Red", language="en-GB"))
    french = Product("1", "Manteau d'hiver", language="fr")
    assert to_payload(french)[SURFACE_FORMS] == ["hiver", "manteau"]


def test_tokens_of_english_and_arabic_products_are_unchanged() -> None:
    product = Product(
        "1", "Red shirt 14", "For men", translations={"ar": Translation("In قميص", "وصف")},
        category=("Clothes",), brand="B", attributes={"color": "red"}, language="en",
    )  # fmt: skip
    assert tokenize_product(product) == analyze("Red shirt 14 In قميص") * 3 + analyze(
        "Clothes B red For men وصف"
    )
