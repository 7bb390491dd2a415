"""What the page says, in English and Arabic."""

import unicodedata
from collections.abc import Mapping
from typing import Literal, TypeAlias

from shopwindow.serving.web.visitor_translations import VISITOR_MESSAGES
from shopwindow.values import Product

Language: TypeAlias = Literal["en", "ar"]

_TEXTS: Mapping[str, tuple[str, str]] = {
    **VISITOR_MESSAGES,
    # name: (English, Arabic)
    "tagline": ("Find it by words, by photo, or both", "ابحث بالكلمات أو بالصورة أو بهما معًا"),
    "search": ("Search", "بحث"),
    "other_language": ("العربية", "English"),
    "photo": ("Add a photo", "أضف صورة"),
    "your_photo": ("Your photo", "صورتك"),
    "photo_unusable": ("Cannot be used", "لا يمكن استخدامها"),
    "remove_photo": ("Remove the photo", "أزل الصورة"),
    "try": ("Try", "جرّب"),
    "filters": ("Filters", "التصفية"),
    "category": ("Category", "الفئة"),
    "brand": ("Brand", "العلامة"),
    "merchant_id": ("Shop", "المتجر"),
    "price": ("Price", "السعر"),
    "price_min": ("From", "من"),
    "price_max": ("To", "إلى"),
    "in_stock": ("In stock only", "المتوفر فقط"),
    "show_all": ("Show all {n}", "عرض الكل ({n})"),
    "clear_all": ("Clear all", "مسح الكل"),
    "remove": ("Remove {name}", "إزالة {name}"),
    "in_answer": ("In these results", "ضمن هذه النتائج"),
    "understood": ("Understood as", "فهمنا طلبك"),
    "take_literally": (
        "Search for “{typed}” just as it is written",
        "ابحث عن «{typed}» كما هي مكتوبة",
    ),
    "read_spelling": ("“{value}” instead of “{typed}”", "«{value}» بدل «{typed}»"),
    "read_negation": ("without “{value}”", "بدون «{value}»"),
    "read_no_price": ("nothing at {value}", "لا شيء بسعر {value}"),
    "sort": ("Sort", "الترتيب"),
    "sort_relevance": ("Best match", "الأنسب"),
    "sort_price_asc": ("Price: low to high", "السعر: من الأقل"),
    "sort_price_desc": ("Price: high to low", "السعر: من الأعلى"),
    "sort_newest": ("Newest", "الأحدث"),
    "sort_popular": ("Most popular", "الأكثر رواجًا"),
    "variety": ("Variety", "التنوّع"),
    "variety_off": ("off", "بلا"),
    "variety_some": ("some", "قليل"),
    "variety_more": ("more", "أكثر"),
    "share": ("How much photo and words count", "وزن الصورة والكلمات"),
    "share_photo": ("Photo", "الصورة"),
    "share_words": ("Words", "الكلمات"),
    "range_to": ("Up to {high}", "حتى {high}"),
    "range_from": ("{low} and over", "{low} فأكثر"),
    "range_between": ("{low} to {high}", "{low} إلى {high}"),
    "not_like": ("Not like this", "ليس كهذا"),
    "avoided": ("Not like: {name}", "ليس مثل: {name}"),
    "unsure": (
        "Nothing here is really what you asked for. These come nearest:",
        "لم نجد ما طلبته تمامًا. هذه أقرب المنتجات إليه:",
    ),
    "relaxed": (
        "Nothing fits {asked}. Shown without: {given_up}.",
        "لا شيء يطابق {asked}. المعروض بدون: {given_up}.",
    ),
    "folded": (
        "{n} variants or near-identical products are behind others",
        "عدد الخيارات والمنتجات شبه المتطابقة خلف غيرها: {n}",
    ),
    "unfold": ("Show all", "عرض الكل"),
    "unfolded": ("Every variant is shown", "كل الخيارات معروضة"),
    "fold": ("Put alike ones together", "جمع المتشابهة"),
    "redirect": ("The shop has a page for this:", "لدى المتجر صفحة لهذا:"),
    "new_tab": ("opens in a new tab", "تُفتح في علامة تبويب جديدة"),
    "was_at": ("Was at place {n} by likeness alone", "كان في المرتبة {n} بالتشابه وحده"),
    "rule": ("Shop's rule: {name}", "قاعدة المتجر: {name}"),
    "suggestions": ("Suggestions", "اقتراحات"),
    "crop": ("Choose a part of the photo", "اختر جزءًا من الصورة"),
    "crop_help": (
        "Drag the frame or its corners. Arrow keys move it; with Shift they change its size.",
        "اسحب الإطار أو زواياه. أسهم لوحة المفاتيح تحرّكه، ومع Shift تغيّر حجمه.",
    ),
    "crop_frame": ("Frame around the part", "إطار حول الجزء"),
    "crop_part": ("Search this part", "ابحث بهذا الجزء"),
    "crop_whole": ("Whole photo", "الصورة كاملة"),
    "close": ("Close", "إغلاق"),
    "too_many_photos": (
        "At most {limit} photos of one thing are used; the others were left out.",
        "تُستخدم {limit} صور للشيء الواحد على الأكثر؛ تُركت البقية.",
    ),
    "variants": ("{n} variants", "{n} خيارات"),
    "group_id": ("Variants of one product", "خيارات منتج واحد"),
    "color": ("Colour", "اللون"),
    "colour": ("Colour", "اللون"),
    "material": ("Material", "الخامة"),
    "gender": ("For", "لـ"),
    "size": ("Size", "المقاس"),
    "attribute_match": ("has what you named", "فيه ما ذكرته"),
    "negation": ("has what you do not want", "فيه ما لا تريده"),
    "lacking": ("says it is without it", "يذكر أنه بدونه"),
    "avoid": ("like what you put aside", "يشبه ما استبعدته"),
    "diversity": ("like others above it", "يشبه ما فوقه"),
    "rules": ("moved by the shop", "حرّكه المتجر"),
    "pinned": ("placed by the shop", "وضعه المتجر هنا"),
    "why": ("Why it is here", "سبب ظهوره"),
    "lexical": ("matches words", "تطابق الكلمات"),
    "text": ("means the same", "المعنى نفسه"),
    "text_image": ("photo shows it", "الصورة تُظهره"),
    "image": ("looks like your photo", "يشبه صورتك"),
    "personal": ("fits your taste", "يناسب ذوقك"),
    "similar_text": ("similar description", "وصف مشابه"),
    "similar_text_image": ("photo fits its words", "الصورة توافق وصفه"),
    "similar_image": ("looks alike", "شكل مشابه"),
    "word": ("This word of your query is in the product's text", "هذه الكلمة موجودة في نص المنتج"),
    "out_of_stock": ("Out of stock", "غير متوفر"),
    "no_photo": ("No photo", "لا توجد صورة"),
    "untitled": ("Untitled product", "منتج بلا عنوان"),
    "more_like": ("More like this", "منتجات مشابهة"),
    "back": ("Back to results", "العودة إلى النتائج"),
    "load_more": ("Load more", "عرض المزيد"),
    "all_products": ("All products", "كل المنتجات"),
    "results_for": ("Results for “{text}”", "نتائج «{text}»"),
    "results_photo": ("Products like your photo", "منتجات تشبه صورتك"),
    "status_one": ("1 product in {ms} ms", "منتج واحد خلال {ms} م.ث"),
    "status_all": ("{shown} products in {ms} ms", "عدد المنتجات {shown} خلال {ms} م.ث"),
    "status_part": ("{shown} of {n} products in {ms} ms", "{shown} من {n} منتج خلال {ms} م.ث"),
    "status_closest": (
        "{shown} of the {n} closest products in {ms} ms",
        "{shown} من أقرب {n} منتج خلال {ms} م.ث",
    ),
    "over_candidates": (
        "Best first. Counts below are over what your search retrieved, not the whole catalogue.",
        "الأفضل أولًا. الأعداد أدناه محسوبة على ما وجده بحثك لا على كامل الكتالوج.",
    ),
    "over_catalog": (
        "Counts are over the whole catalogue, with your filters.",
        "الأعداد محسوبة على كامل الكتالوج بعد التصفية.",
    ),
    "over_similar": (
        "The products closest to this one in looks and words, best first.",
        "أقرب المنتجات إلى هذا المنتج شكلًا ووصفًا، والأفضل أولًا.",
    ),
    "empty_title": ("There are no products yet", "لا توجد منتجات بعد"),
    "empty_how": (
        "Stop this page with Ctrl-C, index a catalogue, and start it again:",
        "أوقف هذه الصفحة بـ Ctrl-C ثم فهرس كتالوجًا وشغّلها من جديد:",
    ),
    "none_title": ("Nothing fits all of this", "لا شيء يطابق كل ذلك"),
    "none_filters": (
        "These filters are on. Take one away to see more:",
        "هذه المرشحات مفعّلة. أزل أحدها لرؤية المزيد:",
    ),
    "none_plain": ("Try other words, or a photo.", "جرّب كلمات أخرى أو صورة."),
    "bad_photo": ("This photo cannot be used: {reason}.", "لا يمكن استخدام هذه الصورة: {reason}."),
    "bad_photo_help": (
        "Take another one, in a common format such as JPEG or PNG.",
        "اختر صورة أخرى بصيغة شائعة مثل JPEG أو PNG.",
    ),
    "busy_photos": (
        "Too many photos are being searched for right now.",
        "يجري البحث بصور كثيرة جدًا في هذه اللحظة.",
    ),
    "busy_photos_help": ("Try again in a moment.", "حاول مرة أخرى بعد لحظات."),
    "bad_cursor": (
        "These results are out of date. Search again to see more.",
        "هذه النتائج لم تعد حديثة. ابحث مرة أخرى لرؤية المزيد.",
    ),
    "bad_price": (
        "The price range is not a range: give numbers of zero or more, the smaller one first.",
        "نطاق السعر غير صحيح: أدخل أرقامًا من صفر فأكثر، والأصغر أولًا.",
    ),
    "bad_text": (
        "These words are too many; use at most {limit} characters.",
        "النص طويل جدًا؛ الحد الأقصى {limit} حرف.",
    ),
    "gone": (
        "This product is no longer in the catalogue. Search again.",
        "لم يعد هذا المنتج في الكتالوج. ابحث مرة أخرى.",
    ),
    "store_down": (
        "The catalogue cannot be reached just now. Try again in a moment.",
        "يتعذر الوصول إلى الكتالوج الآن. حاول بعد قليل.",
    ),
    "broken": (
        "Something went wrong on our side. Try again; the log has the details.",
        "حدث خطأ من جهتنا. حاول مرة أخرى؛ التفاصيل في السجل.",
    ),
}

PLACEHOLDER = "red dress   ·   فستان أحمر"
TEXT_DIRECTIONS: Mapping[Language, str] = {"en": "ltr", "ar": "rtl"}
MESSAGE_KEYS = frozenset(_TEXTS)
"""Every name that `say` knows."""


def translate(key: str, language: Language, /, **values: object) -> str:
    """Return one text of the page, not escaped.

    Raises:
        KeyError: No text has the name, or one of its values is missing.
    """
    english, arabic = _TEXTS[key]
    return (arabic if language == "ar" else english).format(**values)


def detect_language(text: str, default: Language = "en") -> Language:
    """Return Arabic for a text with any Arabic letter: brands stand in Latin in both languages.

    Args:
        text: What a shopper typed.
        default: The answer for a text without letters.
    """
    letters = [letter for letter in text if letter.isalpha()]
    if not letters:
        return default
    is_arabic = any(unicodedata.name(letter, "").startswith("ARABIC") for letter in letters)
    return "ar" if is_arabic else "en"


def localize_title(product: Product, language: Language) -> str:
    """Return a product's title in a language if it has one there, else the one it has."""
    translation = product.translations.get(language)
    if product.language != language and translation is not None and translation.title.strip():
        return translation.title
    others = [each.title for each in product.translations.values()]
    titles = [title for title in (product.title, *others) if title.strip()]
    return titles[0] if titles else translate("untitled", language)
