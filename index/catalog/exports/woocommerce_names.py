"""Headings of WooCommerce's product CSV in English, German, French and Arabic.

Source: WooCommerce, "Product CSV Importer and Exporter", and its translations; "Meta: ..." are the
fields of WooCommerce itself and of widely used plugins for codes and costs.
"""

NAMES = {
    "id": ("id", "المعرف", "المُعرّف"),
    "type": ("type", "typ", "النوع"),
    "sku": ("sku", "artikelnummer", "ugs", "رمز المنتج (SKU)", "رمز المنتج"),
    "name": ("name", "nom", "الاسم"),
    "published": ("published", "veröffentlicht", "publié", "منشور"),
    "visibility": (
        "visibility in catalog", "sichtbarkeit im katalog", "visibilité dans le catalogue",
        "الظهور في الكتالوج", "الظهور بالكتالوج",
    ),
    "short": ("short description", "kurzbeschreibung", "description courte", "وصف قصير",
              "الوصف القصير"),
    "description": ("description", "beschreibung", "الوصف"),
    "starts": (
        "date sale price starts", "datum, an dem angebotspreis beginnt",
        "date de début de promo", "تاريخ بداية سعر التخفيض", "تاريخ بدء سعر التخفيض",
        "تاريخ بدء سعر البيع", "تاريخ بداية سعر البيع",
    ),
    "ends": (
        "date sale price ends", "datum, an dem angebotspreis endet", "date de fin de promo",
        "تاريخ نهاية سعر التخفيض", "تاريخ انتهاء سعر التخفيض", "تاريخ انتهاء سعر البيع",
        "تاريخ نهاية سعر البيع",
    ),
    "in_stock": ("in stock?", "vorrätig?", "auf lager?", "en stock ?", "في المخزون؟",
                 "متوفر في المخزون؟"),
    "stock": ("stock", "lager", "lagerbestand", "bestand", "inventaire", "المخزون"),
    "backorders": (
        "backorders allowed?", "lieferrückstande erlaubt?", "lieferrückstände erlaubt?",
        "lieferrückstand erlaubt?", "autoriser les commandes de produits en rupture ?",
        "السماح بالطلبات المؤجلة؟", "الطلبات المسبقة مسموحة؟",
    ),
    "sale_price": ("sale price", "angebotspreis", "tarif promo", "سعر البيع", "سعر التخفيض"),
    "price": ("regular price", "regulärer preis", "tarif régulier", "السعر الافتراضي",
              "السعر العادي"),
    "categories": ("categories", "kategorien", "catégories", "التصنيفات"),
    "images": ("images", "bilder", "الصور", "صور"),
    "parent": ("parent", "übergeordnet", "übergeordnetes produkt", "المنتج الأب", "الأب", "أصل"),
    "gtin": (
        "gtin, upc, ean, or isbn", "gtin, upc, ean oder isbn", "gtin, upc, ean ou isbn",
        "gtin أو upc أو ean أو isbn", "gtin، upc، ean، أو isbn", "meta: _global_unique_id",
        "meta: _wpm_gtin_code", "meta: _alg_ean", "meta: hwp_product_gtin", "meta: _ts_gtin",
        "meta: _gtin", "meta: gtin", "meta: _ean", "meta: ean", "meta: _barcode", "meta: barcode",
    ),
    "mpn": ("mpn", "meta: _mpn", "meta: mpn", "meta: _ts_mpn"),
    "cost": ("cost of goods", "cost", "warenkosten", "meta: _cogs_total_value",
             "meta: _wc_cog_cost", "meta: _alg_wc_cog_cost", "meta: _purchase_price"),
    "url": ("permalink", "product url", "external url", "externe url", "url externe",
            "رابط خارجي", "الرابط الخارجي"),
    "sales": ("meta: total_sales", "total sales"),
    "rating": ("meta: _wc_average_rating", "average rating"),
    "rating_count": ("meta: _wc_review_count", "review count"),
    "google_category": ("google product category", "meta: _wc_gla_google_product_category",
                        "meta: _google_product_category"),
    "brand": ("brands", "brand", "meta: brand", "meta: _brand", "marken", "marke", "marques",
              "marque", "العلامات التجارية", "العلامة التجارية"),
}  # fmt: skip
"""Known headings by key, most trusted first."""
