"""The page's texts about visitors and recommendations, in English and Arabic."""

from collections.abc import Mapping

VISITOR_MESSAGES: Mapping[str, tuple[str, str]] = {
    # key: (English, Arabic)
    "tabs": ("Search or recommendations", "البحث أو المقترحات"),
    "tab_search": ("Search", "البحث"),
    "tab_for_you": ("For you", "مقترحات لك"),
    "visitor": ("Visitor", "الزائر"),
    "anonymous_visitor": ("Anonymous visitor", "زائر مجهول"),
    "demo_visitor": ("{name} (demo)", "{name} (تجريبي)"),
    "demo_visitor_help": (
        "Demo visitor with made-up activity.",
        "زائر تجريبي بنشاط غير حقيقي.",
    ),
    "new_visitor": ("New visitor ID, then press Enter", "معرّف زائر جديد ثم اضغط Enter"),
    "new_visitor_placeholder": ("or a new ID", "أو معرّف جديد"),
    "events_disabled": (
        "Visitor activity is not recorded, so everyone gets the same recommendations. "
        "To record it, start Shopwindow with SHOPWINDOW_EVENTS__ENABLED=true.",
        "لا يتم تسجيل نشاط الزوار، لذلك تظهر المقترحات نفسها للجميع. "
        "لتفعيل التسجيل شغّل Shopwindow مع SHOPWINDOW_EVENTS__ENABLED=true.",
    ),
    # Recommendations
    "recommended_for": ("Recommended for {name}", "مقترحات لـ {name}"),
    "recommended": ("Recommended", "مقترحات"),
    "recommended_for_you": ("Recommended for you", "مقترحات لك"),
    "mixed_across_interests": ("Mixed across your interests", "متنوعة بحسب اهتماماتك"),
    "popular_and_new": (
        "Popular and new products, mixed across categories",
        "منتجات رائجة وجديدة من مختلف الفئات",
    ),
    "recently_viewed": ("Recently viewed", "شاهدته مؤخرًا"),
    "complements": ("Goes well with this", "منتجات تتناسب معه"),
    # Profile
    "profile": ("Your profile", "ملفك الشخصي"),
    "interactions_one": ("1 interaction", "عدد التفاعلات: 1"),
    "interactions_other": ("{n} interactions", "عدد التفاعلات: {n}"),
    "profile_empty": (
        "Nothing yet. View, like or hide products to get recommendations that suit you.",
        "لا شيء بعد. تصفّح المنتجات أو أبدِ إعجابك بها أو أخفِها لتحصل على مقترحات تناسبك.",
    ),
    "interests": ("Interests", "الاهتمامات"),
    "interests_item": ("Interest: {name}, {share}", "اهتمام: {name}، {share}"),
    "dislikes": ("Dislikes", "لا يعجبك"),
    "dislikes_item": ("Dislike: {name}, {share}", "لا يعجبك: {name}، {share}"),
    "preferences_title": ("Preferences", "التفضيلات"),
    "preference_score": ("{name}: {n} of 100", "{name}: {n} من 100"),
    "usual_prices": ("Usual price range", "نطاق أسعارك المعتاد"),
    "usual_price": (
        "Typically {value} ({low} to {high})",
        "عادةً {value} (من {low} إلى {high})",
    ),
    "export": ("Download data", "تنزيل البيانات"),
    "export_help": (
        "The profile and all events, as JSON Lines",
        "الملف الشخصي وكل الأحداث بصيغة JSON Lines",
    ),
    "erase": ("Delete data", "حذف البيانات"),
    "confirm_erasure": (
        "Permanently delete all data of {name}?",
        "هل تريد حذف كل بيانات {name} نهائيًا؟",
    ),
    "erase_now": ("Delete permanently", "حذف نهائي"),
    "cancel_erasure": ("Cancel", "إلغاء"),
    "erased": (
        "All data of {name} was deleted, including {events}.",
        "تم حذف كل بيانات {name}، ومنها {events}.",
    ),
    "events_one": ("1 event", "حدث واحد"),
    "events_two": ("{n} events", "حدثان"),
    "events_few": ("{n} events", "{n} أحداث"),
    "events_many": ("{n} events", "{n} حدثًا"),
    "events_other": ("{n} events", "{n} حدث"),
    "erasure_incomplete": (
        "Some data was not deleted: the analytics store is unavailable right now.",
        "لم تُحذف بعض البيانات: مخزن التحليلات غير متاح الآن.",
    ),
    "erasure_incomplete_help": (
        "Delete again in a moment; details are in the server log.",
        "كرّر الحذف بعد قليل؛ التفاصيل في سجل الخادم.",
    ),
    # Interactions and their effect
    "product_actions": ("Product actions", "إجراءات المنتج"),
    "action_like": ("Like", "أعجبني"),
    "action_cart": ("Add to cart", "أضف إلى السلة"),
    "action_purchase": ("Buy", "شراء"),
    "action_hide": ("Hide", "إخفاء"),
    "after_impression": ("After showing it:", "بعد عرضه:"),
    "after_click": ("After this click:", "بعد هذه النقرة:"),
    "after_like": ("After this like:", "بعد هذا الإعجاب:"),
    "after_cart": ("After adding it to the cart:", "بعد الإضافة إلى السلة:"),
    "after_purchase": ("After this purchase:", "بعد هذا الشراء:"),
    "after_hide": ("After hiding it:", "بعد الإخفاء:"),
    "after_return": ("After this return:", "بعد هذا الإرجاع:"),
    "products_new": ("{n} of {shown} products are new", "منتجات جديدة: {n} من {shown}"),
    "products_moved": (
        "{n} of {shown} products changed rank",
        "منتجات تغيّر ترتيبها: {n} من {shown}",
    ),
    "order_unchanged": ("the order did not change", "لم يتغيّر الترتيب"),
    "nothing_changed": ("nothing changed", "لم يتغيّر شيء"),
    "interest_new": ("new interest “{name}” ({share})", "اهتمام جديد: «{name}» ({share})"),
    "interest_changed": (
        "interest “{name}” went from {before} to {share}",
        "تغيّر الاهتمام «{name}» من {before} إلى {share}",
    ),
    "interest_unchanged": (
        "interest “{name}” stays at {share}",
        "بقي الاهتمام «{name}» عند {share}",
    ),
    "dislike_new": ("new dislike “{name}” ({share})", "لم يعد يعجبك: «{name}» ({share})"),
    "dislike_changed": (
        "dislike “{name}” went from {before} to {share}",
        "«{name}» لا يعجبك: من {before} إلى {share}",
    ),
    "dislike_unchanged": (
        "dislike “{name}” stays at {share}",
        "«{name}» لا يعجبك: بقي عند {share}",
    ),
    "exploration_chance": (
        "Chance of being shown here: {chance}",
        "احتمال عرضه في هذا الموضع: {chance}",
    ),
    # Explanation of a recommendation: score contributions, "_minus" where they lower the score
    "recommendation_similarity": ("Similar to what you like", "يشبه ما يعجبك"),
    "recommendation_similarity_minus": ("Similar to what you dislike", "يشبه ما لا يعجبك"),
    "recommendation_preferences": ("Brands and categories you like", "علامات وفئات تفضّلها"),
    "recommendation_preferences_minus": (
        "Brands and categories you rarely choose",
        "علامات وفئات نادرًا ما تختارها",
    ),
    "recommendation_price": ("In your usual price range", "ضمن أسعارك المعتادة"),
    "recommendation_price_minus": ("Outside your usual price range", "خارج أسعارك المعتادة"),
    "recommendation_co_engagement": ("Viewed with your products", "يُشاهَد مع منتجات شاهدتها"),
    "recommendation_co_purchase": ("Frequently bought together", "يُشترى معه عادةً"),
    "recommendation_category_lift": ("Categories that go together", "فئات تتناسب معًا"),
    "recommendation_category_lift_minus": (
        "Categories rarely bought together",
        "فئات نادرًا ما تُشترى معًا",
    ),
    "recommendation_visual_similarity": ("Similar style", "طراز مشابه"),
    "recommendation_visual_similarity_minus": ("Different style", "طراز مختلف"),
    "recommendation_title_similarity": ("Similar title", "عنوان مشابه"),
    "recommendation_color_similarity": ("Similar colour", "لون مشابه"),
    "recommendation_department": ("Same department", "من القسم نفسه"),
    "recommendation_department_minus": ("Different department", "من قسم آخر"),
    "popularity": ("Popular", "رائج"),
    "freshness": ("New arrival", "وصل حديثًا"),
    "stock": ("Out of stock", "غير متوفر"),
    "slate_diversity": ("Moved down for variety", "لتنويع النتائج"),
    "seller_diversity": ("Moved down for seller variety", "لتنويع البائعين"),
    "exploration": ("New: still learning", "جديد: ما زلنا نتعرّف عليه"),
    # Errors
    "bad_visitor_id": (
        "This ID cannot be used: at most {limit} letters and digits.",
        "لا يمكن استخدام هذا المعرّف: الحد الأقصى {limit} حرفًا ورقمًا.",
    ),
    "not_recorded": (
        "This could not be recorded. Please try again in a moment; details are in the server log.",
        "تعذّر تسجيل ذلك. يرجى المحاولة بعد قليل؛ التفاصيل في سجل الخادم.",
    ),
    "profiles_unavailable": (
        "Visitor profiles are unavailable right now.",
        "ملفات الزوار غير متاحة الآن.",
    ),
    "profiles_unavailable_help": (
        "Search still works; details are in the server log.",
        "البحث يعمل كالمعتاد؛ التفاصيل في سجل الخادم.",
    ),
}
