"""Every text of the page, in English and Arabic."""

import unicodedata
from collections.abc import Mapping

from shopwindow.serving.web.visitor_translations import VISITOR_MESSAGES
from shopwindow.values import Product
from shopwindow.values.display_formats import Language, format_number, select_plural_form

_MESSAGES: Mapping[str, tuple[str, str]] = {
    **VISITOR_MESSAGES,
    # key: (English, Arabic)
    "tagline": ("Search by text, by photo, or both", "ابحث بالنص أو بالصورة أو بكليهما"),
    "search": ("Search", "بحث"),
    "other_language": ("العربية", "English"),
    "add_photo": ("Add a photo", "أضف صورة"),
    "your_photo": ("Your photo", "صورتك"),
    "photo_unusable": ("This photo cannot be used", "لا يمكن استخدام هذه الصورة"),
    "remove_photo": ("Remove photo", "حذف الصورة"),
    "try_searching": ("Try", "جرّب"),
    "suggestions": ("Suggestions", "اقتراحات"),
    # Filters
    "filters": ("Filters", "تصفية النتائج"),
    "category": ("Category", "الفئة"),
    "brand": ("Brand", "العلامة التجارية"),
    "merchant_id": ("Seller", "البائع"),
    "price": ("Price", "السعر"),
    "price_in": ("Price ({currency})", "السعر ({currency})"),
    "preorder": ("Pre-order", "طلب مسبق"),
    "backorder": ("On order", "متوفر عند الطلب"),
    "list_price": ("Regular price", "السعر قبل التخفيض"),
    "price_min": ("Min", "أقل سعر"),
    "price_max": ("Max", "أعلى سعر"),
    "range_to": ("Up to {high}", "حتى {high}"),
    "range_from": ("{low} and above", "{low} فأكثر"),
    "range_between": ("{low} to {high}", "من {low} إلى {high}"),
    "in_stock": ("In stock only", "المتوفر فقط"),
    "show_all": ("Show all {n}", "عرض الكل ({n})"),
    "clear_all": ("Clear all", "مسح الكل"),
    "remove": ("Remove: {name}", "إزالة: {name}"),
    "price_filter_to": ("Price: up to {high}", "السعر: حتى {high}"),
    "price_filter_from": ("Price: {low} and above", "السعر: {low} فأكثر"),
    "price_filter_between": ("Price: {low} to {high}", "السعر: من {low} إلى {high}"),
    "group_id": ("All variants of one product", "كل خيارات المنتج"),
    "refine_results": ("Refine", "تضييق البحث"),
    "color": ("Colour", "اللون"),
    "colour": ("Colour", "اللون"),
    "material": ("Material", "الخامة"),
    "gender": ("Gender", "الجنس"),
    "size": ("Size", "المقاس"),
    # The check of a feed
    "feed_check": ("Check a feed", "فحص ملف المنتجات"),
    "feed_check_explanation": (
        "Shows what each column is used for and which rows would be left out. Nothing is indexed.",
        "يعرض وظيفة كل عمود والصفوف التي ستُستبعد، دون إضافة أي منتج.",
    ),
    "feed_choose": ("Product feed:", "ملف المنتجات:"),
    "feed_missing": ("Choose a file first.", "اختر ملفًا أولًا."),
    "feed_too_large": (
        "Files of at most {n} MB are checked.",
        "الحد الأقصى لحجم الملف {n} ميغابايت.",
    ),
    "feed_check_busy": (
        "Another feed is being checked. Try again in a minute.",
        "يجري فحص ملف آخر. حاول مرة أخرى بعد دقيقة.",
    ),
    "feed_unusable": ("This feed cannot be read", "تعذرت قراءة هذا الملف"),
    "feed_first_rows": ("Only the first {n} rows were read.", "قُرئت أول {n} صف فقط."),
    "feed_products": ("products", "المنتجات"),
    "feed_withdrawn": ("not for sale", "غير معروضة للبيع"),
    "feed_rejected": ("rejected rows", "صفوف مرفوضة"),
    "feed_warnings": ("values left out", "قيم مستبعدة"),
    "feed_columns": ("Columns", "الأعمدة"),
    "feed_column_name": ("Column", "العمود"),
    "feed_column_use": ("Used for", "الاستخدام"),
    "feed_column_samples": ("First values", "أول القيم"),
    "feed_column_note": ("Note", "ملاحظة"),
    "feed_guess": ("(a guess, check it)", "(تخمين، تحقق منه)"),
    "feed_problem_rows": ("Rows", "الصفوف"),
    "feed_problem_lines": ("Lines", "الأسطر"),
    "feed_problem_id": ("Product", "المنتج"),
    "feed_problem_column": ("Column", "العمود"),
    "feed_problem_reason": ("Reason", "السبب"),
    "feed_mapping": ("A mapping file to start from", "ملف ربط الأعمدة للبدء منه"),
    # How the query was interpreted
    "interpreted_as": ("Interpreted as", "فهمنا من بحثك"),
    "search_verbatim": ("Search for “{typed}” exactly as typed", "البحث عن «{typed}» كما كُتبت"),
    "interpreted_spelling": ("“{value}” instead of “{typed}”", "«{value}» بدلًا من «{typed}»"),
    "interpreted_negation": ("without “{value}”", "بدون «{value}»"),
    "interpreted_price_unavailable": ("no products at {value}", "لا توجد منتجات بسعر {value}"),
    # Sorting and ranking controls
    "sort": ("Sort by", "ترتيب حسب"),
    "sort_relevance": ("Best match", "الأكثر صلة"),
    "sort_price_asc": ("Price: low to high", "السعر: من الأقل إلى الأعلى"),
    "sort_price_desc": ("Price: high to low", "السعر: من الأعلى إلى الأقل"),
    "sort_newest": ("Newest", "الأحدث"),
    "sort_popular": ("Most popular", "الأكثر شعبية"),
    "variety": ("Variety", "التنوّع"),
    "variety_off": ("Off", "بدون"),
    "variety_medium": ("Medium", "متوسط"),
    "variety_high": ("High", "عالٍ"),
    "image_weight": ("Balance between text and photo", "الموازنة بين النص والصورة"),
    "image_weight_text": ("Text", "النص"),
    "image_weight_photo": ("Photo", "الصورة"),
    "collapsed_one": ("1 variant grouped", "تم تجميع خيار واحد"),
    "collapsed_two": ("{n} variants grouped", "تم تجميع خيارين"),
    "collapsed_few": ("{n} variants grouped", "تم تجميع {n} خيارات"),
    "collapsed_many": ("{n} variants grouped", "تم تجميع {n} خيارًا"),
    "collapsed_other": ("{n} variants grouped", "تم تجميع {n} خيار"),
    "expand": ("Show all", "عرض الكل"),
    "expanded": ("Showing all variants", "تُعرض كل الخيارات"),
    "collapse": ("Group variants", "تجميع الخيارات"),
    "less_like_this": ("Less like this", "أقل من هذا النوع"),
    "less_like": ("Less like: {name}", "أقل شبهًا بـ: {name}"),
    # Notices about the results
    "low_confidence": (
        "No exact matches. Showing the closest products:",
        "لا توجد نتائج مطابقة تمامًا. إليك أقرب المنتجات:",
    ),
    "relaxed": (
        "No results for {filters}. Showing {dropped}.",
        "لا توجد نتائج لـ: {filters}. نعرض لك {dropped}.",
    ),
    "relaxed_price": ("all prices", "كل الأسعار"),
    "relaxed_brand": ("all brands", "كل العلامات التجارية"),
    "relaxed_category": ("all categories", "كل الفئات"),
    "relaxed_in_stock": ("out-of-stock products too", "المنتجات غير المتوفرة أيضًا"),
    "relaxed_other": ("more products", "منتجات أخرى"),
    "redirect": ("See our {page} page", "تفضّل بزيارة صفحة {page}"),
    "new_tab": ("Opens in a new tab", "تُفتح في علامة تبويب جديدة"),
    # Photos of the query
    "crop": ("Crop photo", "قص الصورة"),
    "crop_help": (
        "Drag the frame or its corners. Arrow keys move it; Shift with an arrow key resizes it.",
        "اسحب الإطار أو زواياه. حرّكه بمفاتيح الأسهم، وغيّر حجمه بالضغط على Shift مع الأسهم.",
    ),
    "crop_frame": ("Crop frame", "إطار القص"),
    "crop_search": ("Search this area", "ابحث بهذا الجزء"),
    "crop_reset": ("Use the whole photo", "استخدام الصورة كاملة"),
    "close": ("Close", "إغلاق"),
    "too_many_photos": (
        "At most {limit} photos can be used. The rest were not added.",
        "الحد الأقصى {limit} صور. لم تتم إضافة البقية.",
    ),
    # Cards
    "variants_two": ("{n} variants", "خياران"),
    "variants_few": ("{n} variants", "{n} خيارات"),
    "variants_many": ("{n} variants", "{n} خيارًا"),
    "variants_other": ("{n} variants", "{n} خيار"),
    "out_of_stock": ("Out of stock", "غير متوفر"),
    "no_photo": ("No photo", "لا توجد صورة"),
    "untitled": ("Untitled product", "منتج بدون عنوان"),
    "more_like_this": ("More like this", "منتجات مشابهة"),
    # Explanation of a hit: score contributions by name, "_minus" where they lower the score
    "explanation": ("Why this result", "سبب ظهور هذا المنتج"),
    "matched_word": (
        "This word of your search is in the product text",
        "كلمة من بحثك في نص المنتج",
    ),
    "lexical": ("Matches your keywords", "يطابق كلمات البحث"),
    "text": ("Similar meaning", "معنى مشابه"),
    "text_image": ("Matches the photo", "يطابق صورة المنتج"),
    "image": ("Similar to your photo", "يشبه صورتك"),
    "similar_text": ("Similar description", "وصف مشابه"),
    "similar_text_image": ("Photo matches description", "الصورة تطابق الوصف"),
    "similar_image": ("Looks similar", "شكل مشابه"),
    "attribute_match": ("Matches colour, brand or category", "يطابق اللون أو العلامة أو الفئة"),
    "negation": ("Free of what you excluded", "خالٍ مما استبعدته"),
    "negation_minus": ("Has what you excluded", "فيه ما استبعدته"),
    "negative_examples": ("Similar to what you excluded", "يشبه ما استبعدته"),
    "diversity": ("Similar to products above", "يشبه منتجات قبله"),
    "personal": ("Matches your preferences", "يناسب تفضيلاتك"),
    "personal_minus": ("Outside your preferences", "لا يناسب تفضيلاتك"),
    "rules": ("Boosted by a store rule", "رُفع ترتيبه بقاعدة من المتجر"),
    "rules_minus": ("Demoted by a store rule", "خُفض ترتيبه بقاعدة من المتجر"),
    "pinned": ("Pinned by the store", "مثبّت من المتجر"),
    "rule": ("Store rule: {name}", "قاعدة المتجر: {name}"),
    "rank_before_rules": ("Rank {n} before rules", "ترتيبه قبل القواعد: {n}"),
    "rank_before_reranking": ("Rank {n} before reranking", "ترتيبه الأصلي: {n}"),
    # Headings and status
    "back_to_results": ("Back to results", "العودة إلى النتائج"),
    "load_more": ("Load more", "عرض المزيد"),
    "all_products": ("All products", "كل المنتجات"),
    "results_for": ("Results for “{text}”", "نتائج البحث عن «{text}»"),
    "results_for_photo": ("Products similar to your photo", "منتجات مشابهة لصورتك"),
    "products_one": ("1 product", "منتج واحد"),
    "products_two": ("{n} products", "منتجان"),
    "products_few": ("{n} products", "{n} منتجات"),
    "products_many": ("{n} products", "{n} منتجًا"),
    "products_other": ("{n} products", "{n} منتج"),
    "best_matches_two": ("{n} best matches", "أفضل نتيجتين"),
    "best_matches_few": ("{n} best matches", "أفضل {n} نتائج"),
    "best_matches_other": ("{n} best matches", "أفضل {n} نتيجة"),
    "shown_of": ("{shown} of {total}", "{shown} من {total}"),
    "shown_of_best_matches": ("{shown} of the {total}", "{shown} من {total}"),
    "took_ms": ("Took {ms} ms", "استغرق البحث {ms} مللي ثانية"),
    "similar_products": ("Similar in looks and description", "تشابه في الشكل والوصف"),
    "catalog_empty": ("No products yet", "لا توجد منتجات بعد"),
    "catalog_empty_help": (
        "Stop the server with Ctrl-C, index a catalogue, then start it again:",
        "أوقف الخادم بـ Ctrl-C ثم فهرس كتالوجًا وشغّله من جديد:",
    ),
    "no_results": ("No results found", "لم نجد أي نتائج"),
    "no_results_remove_filter": ("Try removing a filter:", "جرّب إزالة أحد عوامل التصفية:"),
    "no_results_other_words": ("Try other words, or a photo.", "جرّب كلمات أخرى أو ابحث بصورة."),
    # Errors
    "bad_photo": ("This photo cannot be used: {reason}.", "لا يمكن استخدام هذه الصورة: {reason}."),
    "bad_photo_help": (
        "Try another photo in a common format such as JPEG or PNG.",
        "جرّب صورة أخرى بصيغة شائعة مثل JPEG أو PNG.",
    ),
    "photos_busy": (
        "Too many photo searches are running right now.",
        "عدد عمليات البحث بالصور كبير في هذه اللحظة.",
    ),
    "photos_busy_help": ("Please try again in a moment.", "يرجى المحاولة بعد لحظات."),
    "results_expired": (
        "These results are out of date. Search again to see more.",
        "هذه النتائج لم تعد محدّثة. أعد البحث لرؤية المزيد.",
    ),
    "bad_price_range": (
        "Minimum price must not exceed maximum, and neither may be negative.",
        "يجب ألا يتجاوز أقل سعر أعلى سعر، وألا يكون أي منهما سالبًا.",
    ),
    "text_too_long": (
        "Your search is too long; use at most {limit} characters.",
        "نص البحث طويل جدًا؛ الحد الأقصى {limit} حرف.",
    ),
    "product_gone": (
        "This product is no longer available. Please search again.",
        "لم يعد هذا المنتج متوفرًا. يرجى البحث من جديد.",
    ),
    "catalog_unavailable": (
        "The catalogue is unavailable right now. Please try again in a moment.",
        "الكتالوج غير متاح الآن. يرجى المحاولة بعد قليل.",
    ),
    "internal_error": (
        "Something went wrong on our side. Please try again; details are in the server log.",
        "حدث خطأ من جهتنا. يرجى المحاولة مرة أخرى؛ التفاصيل في سجل الخادم.",
    ),
}

PLACEHOLDER = "red dress   ·   فستان أحمر"
TEXT_DIRECTIONS: Mapping[Language, str] = {"en": "ltr", "ar": "rtl"}
MESSAGE_KEYS = frozenset(_MESSAGES)
"""Every key that `translate` knows."""


def translate(key: str, language: Language, /, **values: object) -> str:
    """Return one text of the page, not escaped; whole numbers among its values are formatted.

    Raises:
        KeyError: No text has this key, or one of its values is missing.
    """
    english, arabic = _MESSAGES[key]
    shown = {
        name: format_number(value) if isinstance(value, int) else value
        for name, value in values.items()
    }
    return (arabic if language == "ar" else english).format(**shown)


def translate_count(key: str, count: int, language: Language) -> str:
    """Return a counted noun in the plural form that the number takes: "1 product", "منتجان".

    Args:
        key: A key without its plural form; the text of `{key}_other` stands in for a form that has
            no text of its own.
        count: Zero or more.
        language: Of the text.

    Raises:
        KeyError: No text has this key.
    """
    form = f"{key}_{select_plural_form(count, language)}"
    return translate(form if form in MESSAGE_KEYS else f"{key}_other", language, n=count)


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
    """Return a product's title in a language if it has one there, else the title it has."""
    translation = product.translations.get(language)
    if product.language != language and translation is not None and translation.title.strip():
        return translation.title
    other_titles = [translation.title for translation in product.translations.values()]
    titles = [title for title in (product.title, *other_titles) if title.strip()]
    return titles[0] if titles else translate("untitled", language)
