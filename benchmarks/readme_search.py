"""Rows of the README's table about answers: what is measured, the numbers, the command."""

from typing import TypeAlias

from benchmarks.results_file import read_result

Row: TypeAlias = tuple[str, str, str]


def relevance() -> list[Row]:
    """Return the row of kinds and colours."""
    found = read_result("relevance")
    legs = ("together (default)", "words only", "text vectors only", "text to photo only")
    shown = "; ".join(
        f"{name} {each['english']['kind_and_colour']:.2f}, {each['arabic']['kind_and_colour']:.2f}"
        for name, each in ((name, found["settings"][name]) for name in legs)
    )
    what = f"right kind and colour in the first ten, {found['n_queries']} queries: English, Arabic"
    return [(what, shown, found["command"])]


def arabic() -> list[Row]:
    """Return a row for each Arabic set."""
    found = read_result("arabic")
    sets = (("samples", "our samples"), ("bilingual", "bilingual shop"))
    shown = " · ".join(
        f"{what}, {each['n_queries']}: {each['default']:.2f} (without synonyms "
        f"{each['default without synonyms']:.2f}, vectors only {each['vectors only']:.2f}, BM25 "
        f"{each['BM25, words as written']:.2f}, folded and stemmed "
        f"{each['BM25, folded and stemmed']:.2f})"
        for what, each in ((what, found[name]) for name, what in sets)
    )
    return [("Arabic queries answered in the first five", shown, found["command"])]


def typing_errors() -> list[Row]:
    """Return the row of typing errors."""
    found = read_result("typing_errors")
    shown = "; ".join(
        f"{name.title()} {found[name]['errors']['recovered']:.2f} and "
        f"{100 * found[name]['words_of_the_other_shop']['changed']:.1f} %"
        for name in ("english", "arabic")
    )
    what = "typing errors undone; right words of another shop wrongly changed"
    return [(what, shown, found["command"])]


def intent() -> list[Row]:
    """Return the rows of composed queries and negatives."""
    found = read_result("intent")
    composed, negatives = found["composed"], found["negatives"]
    ways = ("photo alone", "words alone", "vectors averaged")
    others = ", ".join(f"{name} {composed[name]['both']:.2f}" for name in ways)
    both = composed["photo and words (default)"]["both"]
    forms = [each for each in negatives.values() if isinstance(each, dict)]
    read, literal = (
        sum(each[name]["unwanted"] for each in forms) / len(forms) for name in ("read", "literal")
    )
    return [
        (
            f'photo and "in red", {composed["n_cases"]} cases: right kind and colour',
            f"{both:.2f} ({others})",
            found["command"],
        ),
        (
            f'"without", "not", "-", "بدون", {negatives["n_cases"]} cases: unwanted in the '
            "first ten",
            f"{read:.3f} (taken literally {literal:.2f})",
            found["command"],
        ),
    ]


def judged() -> list[Row]:
    """Return a row for each judged set."""
    found = read_result("judged")
    rows = []
    for name in ("esci_mini", "chorus_icecat"):
        each = found[name]
        ndcg = {rival: row["nDCG@10"] for rival, row in each["settings"].items()}
        shown = (
            f"{ndcg['default']:.3f} (words only {ndcg['words only']:.3f}, text vectors only "
            f"{ndcg['text vectors only']:.3f}, bm25s {ndcg['bm25s']:.3f})"
        )
        what = f"nDCG@10, {each['n_queries']} judged queries of {name}, texts only"
        rows.append((what, shown, found["command"]))
    return rows


def cutoff() -> list[Row]:
    """Return the row of the usual cut-off."""
    found, share = read_result("cutoff"), "0.3"
    names = ("fashion, english", "fashion, arabic", "kinds", "esci_mini", "chorus_icecat")
    shown = " · ".join(
        f"{name} {found[name][share]['kept']:.2f}, {found[name][share]['cut']:.2f}"
        for name in names
    )
    what = "cut-off at 0.3 of the best score: relevant kept, irrelevant cut"
    return [(what, shown, found["command"])]


def matching() -> list[Row]:
    """Return the row of photos in batches."""
    found = read_result("matching")
    shown = " · ".join(
        f"{name}, {found[name]['n_products']:,}: badly cropped "
        f"{found[name]['badly cropped']['first']:.2f}, "
        f"{found[name]['badly cropped']['in_five']:.2f}; tilted on a surface "
        f"{found[name]['tilted on a surface']['first']:.2f}, "
        f"{found[name]['tilted on a surface']['in_five']:.2f}"
        for name in ("electronics", "fashion")
    )
    ratio = f"; {found['time']['ratio_median']:.2f} times encoding alone"
    what = "`match`: the photo's product found first, in the first five"
    return [(what, shown + ratio, found["command"])]
