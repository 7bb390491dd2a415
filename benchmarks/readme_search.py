"""Table rows about search: what is measured, the numbers, the command."""

from typing import TypeAlias

from benchmarks.results_file import read_result

Row: TypeAlias = tuple[str, str, str]

SETTING_LABELS = {
    "together (default)": "hybrid (default)",
    "words only": "lexical only",
    "text vectors only": "text vectors only",
    "text to photo only": "text to photo only",
}


def build_relevance_rows() -> list[Row]:
    """Return the row of categories and colours."""
    result = read_result("relevance")
    settings = ((label, result["settings"][name]) for name, label in SETTING_LABELS.items())
    measured = "; ".join(
        f"{label} {shares['english']['kind_and_colour']:.2f}, "
        f"{shares['arabic']['kind_and_colour']:.2f}"
        for label, shares in settings
    )
    n_queries = result["n_queries"]
    what = f"precision@10 of category and colour, {n_queries} queries: English, Arabic"
    return [(what, measured, result["command"])]


def build_arabic_rows() -> list[Row]:
    """Return the row of the Arabic query sets."""
    result = read_result("arabic")
    labels = (("samples", "our samples"), ("bilingual", "bilingual shop"))
    measured = " · ".join(
        f"{label}, {shares['n_queries']}: {shares['default']:.2f} (without synonyms "
        f"{shares['default without synonyms']:.2f}, vectors only {shares['vectors only']:.2f}, "
        f"BM25 {shares['BM25, words as written']:.2f}, folded and stemmed "
        f"{shares['BM25, folded and stemmed']:.2f})"
        for label, shares in ((label, result[name]) for name, label in labels)
    )
    return [("Arabic queries, success@5", measured, result["command"])]


def build_typing_error_rows() -> list[Row]:
    """Return the row of typing errors."""
    result = read_result("typing_errors")
    measured = "; ".join(
        f"{language.title()} {result[language]['errors']['recovered']:.2f} and "
        f"{100 * result[language]['words_of_the_other_shop']['changed']:.1f} %"
        for language in ("english", "arabic")
    )
    what = "typing errors corrected; correct words of another shop wrongly changed"
    return [(what, measured, result["command"])]


def build_intent_rows() -> list[Row]:
    """Return the rows of composed queries and negation."""
    result = read_result("intent")
    composed, negation = result["composed"], result["negatives"]
    baselines = {
        "photo alone": "photo only",
        "words alone": "text only",
        "vectors averaged": "mean of the vectors",
    }
    compared = ", ".join(
        f"{label} {composed[name]['both']:.2f}" for name, label in baselines.items()
    )
    default = composed["photo and words (default)"]["both"]
    forms = [form for form in negation.values() if isinstance(form, dict)]
    understood, verbatim = (
        sum(form[name]["unwanted"] for form in forms) / len(forms) for name in ("read", "literal")
    )
    return [
        (
            f'photo and "in red", {composed["n_cases"]} cases: precision@10 of category and colour',
            f"{default:.2f} ({compared})",
            result["command"],
        ),
        (
            f'"without", "not", "-", "بدون", {negation["n_cases"]} cases: share of excluded '
            "products in the first ten",
            f"{understood:.3f} (query verbatim {verbatim:.2f})",
            result["command"],
        ),
    ]


def build_judged_rows() -> list[Row]:
    """Return a row for each judged set."""
    result = read_result("judged")
    rows = []
    for name in ("esci_mini", "chorus_icecat"):
        judged_set = result[name]
        ndcg = {setting: row["nDCG@10"] for setting, row in judged_set["settings"].items()}
        measured = (
            f"{ndcg['default']:.3f} (lexical only {ndcg['words only']:.3f}, text vectors only "
            f"{ndcg['text vectors only']:.3f}, bm25s {ndcg['bm25s']:.3f})"
        )
        what = f"nDCG@10, {judged_set['n_queries']} judged queries of {name}, texts only"
        rows.append((what, measured, result["command"]))
    return rows


def build_cutoff_rows() -> list[Row]:
    """Return the row of the default relative score cutoff."""
    result, cutoff = read_result("cutoff"), "0.3"
    labels = {
        "fashion, english": "fashion, English",
        "fashion, arabic": "fashion, Arabic",
        "kinds": "categories",
        "esci_mini": "esci_mini",
        "chorus_icecat": "chorus_icecat",
    }
    measured = " · ".join(
        f"{label} {result[name][cutoff]['kept']:.2f}, {result[name][cutoff]['cut']:.2f}"
        for name, label in labels.items()
    )
    what = "cutoff at 0.3 of the best score: relevant hits kept, irrelevant hits removed"
    return [(what, measured, result["command"])]


def build_matching_rows() -> list[Row]:
    """Return the row of visual search in batch."""
    result = read_result("matching")
    measured = " · ".join(
        f"{name}, {result[name]['n_products']:,}: badly cropped "
        f"{result[name]['badly cropped']['first']:.2f}, "
        f"{result[name]['badly cropped']['in_five']:.2f}; tilted on a surface "
        f"{result[name]['tilted on a surface']['first']:.2f}, "
        f"{result[name]['tilted on a surface']['in_five']:.2f}"
        for name in ("electronics", "fashion")
    )
    ratio = f"; {result['time']['ratio_median']:.2f} times the encoding time"
    what = "`match`: the photo's product ranked first; in the first five"
    return [(what, measured + ratio, result["command"])]


def build_image_rows() -> list[Row]:
    """Return a row for each shop of the comparison of ways to hold all photos."""
    result = read_result("images")
    labels = {
        "main, and multivector on demand": "ours",
        "main photo alone": "main photo alone",
        "multivector of all": "one multivector",
        "point a photo": "a point a photo",
    }
    return [
        (
            f"all photos, bare engine, {shop}: p10 of 10 hits, recall@10, on disk",
            "; ".join(
                f"{label} {layouts[name]['10 hits']['p10_ms']:.1f} ms, "
                f"{layouts[name]['10 hits']['recall']:.2f}, {layouts[name]['disk_mb']:.0f} MB"
                for name, label in labels.items()
            ),
            result["command"],
        )
        for shop, layouts in result["shops"].items()
    ]


def build_peers_rows() -> list[Row]:
    """Return the row of processor time beside a script and LanceDB."""
    result = read_result("peers")
    ours = result["cpu_ms_5000"]
    measured = (
        f"5,000 products: {ours['shopwindow']:.1f} ms, encoding {ours['encode alone']:.1f} of them "
        f"(plain script {ours['script']:.1f}, LanceDB {ours['lancedb']:.1f}); "
        f"{result['searches_per_s_5000']:.0f} searches a second from two processes; "
        f"100,000 products: {result['cpu_ms_100000']:.1f} ms"
    )
    return [("processor time of a search, all processes", measured, result["command"])]
