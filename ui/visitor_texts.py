"""What the page says about visitors, in English and Arabic."""

from collections.abc import Mapping

VISITOR_TEXTS: Mapping[str, tuple[str, str]] = {
    # name: (English, Arabic)
    "tabs": ("Search, or what is for you", "البحث أو ما يناسبك"),
    "tab_search": ("Search", "البحث"),
    "tab_foryou": ("For you", "لك"),
    "visitor": ("Visitor", "الزائر"),
    "stranger": ("A stranger", "زائر غير معروف"),
    "sample": ("{name} (sample)", "{name} (مثال)"),
    "sample_help": (
        "A visitor made up for the demonstration: their clicks are samples.",
        "زائر مُختلق لهذا العرض التوضيحي، ونقراته أمثلة فقط.",
    ),
    "new_visitor": ("Id of a new visitor, then Enter", "معرّف زائر جديد ثم Enter"),
    "new_visitor_help": ("or a new id", "أو معرّف جديد"),
    "events_off": (
        "Nothing that visitors do is recorded here, so this page is the same for everybody. "
        "To turn it on, start Shopwindow with SHOPWINDOW_EVENTS__ENABLED=true.",
        "لا يُسجَّل هنا ما يفعله الزوار، لذلك هذه الصفحة واحدة للجميع. "
        "لتفعيل التسجيل شغّل Shopwindow مع SHOPWINDOW_EVENTS__ENABLED=true.",
    ),
    "for_visitor": ("For {name}", "لأجل {name}"),
    "for_stranger": ("For a stranger", "لزائر غير معروف"),
    "feed": ("Chosen for you", "اخترنا لك"),
    "over_feed": (
        "What fits best first, interests by turns; a few places try products little is known of.",
        "الأنسب أولًا مع المناوبة بين الاهتمامات، وبعض الأماكن لتجربة منتجات لا نعرف عنها الكثير.",
    ),
    "over_stranger": (
        "Nothing is known yet: what others like and what is new, categories by turns.",
        "لا نعرف شيئًا بعد: ما يعجب الآخرين وما هو جديد، مع المناوبة بين الفئات.",
    ),
    "recent": ("Seen last", "شوهد مؤخرًا"),
    "goes_with": ("Goes with this", "يتناسق مع هذا"),
    "known_of_you": ("What is known", "ما نعرفه"),
    "learned": ("things they did: {n}", "عدد أفعاله: {n}"),
    "nothing_known": (
        "Nothing yet. Open, like or hide products, and this page follows.",
        "لا شيء بعد. افتح منتجات أو أبدِ إعجابك بها أو أخفها وستتبعك هذه الصفحة.",
    ),
    "interests": ("Interests", "الاهتمامات"),
    "interests_one": ("Interest: {name}, {n} percent", "اهتمام: {name}، {n} بالمئة"),
    "dislikes": ("Turned down", "لا يعجبه"),
    "dislikes_one": ("Turned down: {name}, {n} percent", "لا يعجبه: {name}، {n} بالمئة"),
    "percent": ("{n}%", "{n}٪"),
    "tastes_title": ("Tastes", "الأذواق"),
    "taste": ("{name}: {n} of 100", "{name}: {n} من 100"),
    "prices_title": ("Usual prices", "الأسعار المعتادة"),
    "usually": ("{value}, mostly {low} to {high}", "{value}، وغالبًا من {low} إلى {high}"),
    "export": ("Download the data", "تنزيل البيانات"),
    "export_help": (
        "The profile and every event, as JSON Lines",
        "الملف الشخصي وكل الأحداث بصيغة JSON Lines",
    ),
    "erase": ("Erase the data", "محو البيانات"),
    "erase_sure": (
        "Erase everything about {name} for good?",
        "هل تريد محو كل ما يخص {name} نهائيًا؟",
    ),
    "erase_now": ("Erase for good", "محو نهائي"),
    "keep": ("Keep it", "إبقاء"),
    "erased": (
        "{name} is erased: {n} events, and what was learned from them.",
        "تم محو {name}: عدد الأحداث {n}، مع كل ما عُرف منها.",
    ),
    "half_erased": (
        "Not everything is erased yet: the store for analysis cannot be changed just now.",
        "لم يُمحَ كل شيء بعد: يتعذر الآن تغيير مخزن التحليل.",
    ),
    "half_erased_help": (
        "Erase once more in a moment; the log has the details.",
        "كرّر المحو بعد قليل؛ التفاصيل في السجل.",
    ),
    "deeds": ("What you can do", "ما يمكنك فعله"),
    "do_like": ("Like", "إعجاب"),
    "do_cart": ("Cart", "السلة"),
    "do_purchase": ("Buy", "شراء"),
    "do_hide": ("Hide", "إخفاء"),
    "after_impression": ("After this was shown:", "بعد عرض هذا:"),
    "after_click": ("After this click:", "بعد هذه النقرة:"),
    "after_like": ("After this like:", "بعد هذا الإعجاب:"),
    "after_cart": ("After it went into the cart:", "بعد إضافته إلى السلة:"),
    "after_purchase": ("After this purchase:", "بعد هذا الشراء:"),
    "after_hide": ("After it was hidden:", "بعد إخفائه:"),
    "n_new": ("{n} of {shown} products are new here", "{n} من أصل {shown} من المنتجات جديدة هنا"),
    "n_moved": (
        "{n} of {shown} products stand elsewhere",
        "{n} من أصل {shown} من المنتجات في مكان آخر",
    ),
    "none_moved": ("every product stands where it stood", "بقي كل منتج في مكانه"),
    "no_change": ("nothing changed here", "لم يتغير شيء هنا"),
    "interest_new": (
        "a new interest, “{name}”, weighs {n}%",
        "اهتمام جديد «{name}» وزنه {n}٪",
    ),
    "interest_shift": (
        "the interest “{name}” weighs {n}%, before {before}%",
        "وزن الاهتمام «{name}» {n}٪ بعد أن كان {before}٪",
    ),
    "interest_same": (
        "the interest “{name}” still weighs {n}%",
        "بقي وزن الاهتمام «{name}» {n}٪",
    ),
    "dislike_same": (
        "“{name}” still weighs {n}% of what is turned down",
        "بقي وزن «{name}» {n}٪ مما لا يعجبه",
    ),
    "dislike_new": (
        "“{name}” is turned down from now on, with {n}% of all that is",
        "«{name}» مما لا يعجبه من الآن، وحصته {n}٪ من ذلك كله",
    ),
    "dislike_shift": (
        "“{name}” weighs {n}% of what is turned down, before {before}%",
        "وزن «{name}» {n}٪ مما لا يعجبه بعد أن كان {before}٪",
    ),
    "tried": (
        "Its chance to be tried at this place was {n}%",
        "كان احتمال تجربته في هذا المكان {n}٪",
    ),
    "feed_likeness": ("like what you like", "يشبه ما يعجبك"),
    "feed_tastes": ("brands, kinds you like", "علامات وأنواع تفضّلها"),
    "feed_price": ("a price you usually pay", "سعر معتاد لديك"),
    "feed_likeness_minus": ("like what you turned down", "يشبه ما لا يعجبك"),
    "feed_tastes_minus": ("brands, kinds you seldom like", "علامات وأنواع قلّما تعجبك"),
    "feed_price_minus": ("a price you seldom pay", "سعر غير معتاد لديك"),
    "personal_minus": ("less to your taste", "أقل ملاءمة لذوقك"),
    "feed_together": ("seen together with yours", "يُشاهَد مع ما شاهدته"),
    "popularity": ("liked by others", "يعجب الآخرين"),
    "freshness": ("new here", "جديد لدينا"),
    "stock": ("sold out", "نفدت الكمية"),
    "turns": ("others got their turn", "جاء دور غيره"),
    "merchant": ("other shops got their turn", "جاء دور متاجر أخرى"),
    "explored": ("tried: little is known of it", "تجربة: لا نعرف عنه الكثير"),
    "bad_visitor": (
        "This id cannot be used: at most {limit} letters and digits.",
        "لا يمكن استخدام هذا المعرّف: {limit} حرفًا ورقمًا على الأكثر.",
    ),
    "not_recorded": (
        "This cannot be recorded just now. Try again in a moment; the log has the details.",
        "يتعذر تسجيل ذلك الآن. حاول بعد قليل؛ التفاصيل في السجل.",
    ),
    "no_profile": (
        "What is known of visitors cannot be read or changed just now.",
        "يتعذر الآن قراءة ما نعرفه عن الزوار أو تغييره.",
    ),
    "no_profile_help": (
        "Searching works as before; the log has the details.",
        "البحث يعمل كالمعتاد؛ التفاصيل في السجل.",
    ),
}
