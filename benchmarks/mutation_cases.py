"""Faults at thresholds and edges that a shop would notice, and mutants that change no behaviour."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PlantedFault:
    """A fault in one place of a file, and the tests that should find it."""

    name: str
    file: str
    original: str
    faulty: str
    tests: tuple[str, ...]

    def apply(self, source: bytes) -> bytes:
        """Return the source with the fault.

        Raises:
            ValueError: The text does not stand in the file exactly once.
        """
        if source.count(self.original.encode()) != 1:
            message = f"{self.name}: {self.original!r} is not once in {self.file}; find it again"
            raise ValueError(message)
        return source.replace(self.original.encode(), self.faulty.encode())


_PLAN, _GENERATORS = "search/retrieval/query_plan.py", "search/retrieval/generators.py"
_RESPONSE, _CUTOFF = "search/response_builder.py", "search/pipeline/cutoff.py"
_UPDATER = "shopwindow/personalization/profile_updater.py"
_ESTIMATES = "shopwindow/personalization/expected_engagement.py"
_SIGNALS, _POOLS = "search/pipeline/feature_scores.py", "search/recommendations/candidate_pools.py"
_FOLDER, _BM25 = "index/store/edge/index_folder.py", "index/bm25_reweighting.py"
_WRITER, _COLLAPSE = "shopwindow/eventlog/event_writer.py", "search/pipeline/collapse.py"

_OF_RETRIEVAL = ("tests/search/test_retrieval_thresholds.py",)
_OF_PROFILES = ("tests/personalization/test_profile_updater.py",)
_OF_ESTIMATES = ("tests/personalization/test_expected_engagement.py",)
_OF_SIGNALS = ("tests/search/test_feature_scores.py",)
_OF_POOLS = ("tests/search/test_candidate_pools.py",)
_OF_GRAPHS = ("tests/index/test_edge_graph.py",)
_OF_BM25 = ("tests/index/test_bm25_reweighting.py",)
_OF_WRITING = ("tests/eventlog/test_event_writer.py",)
_OF_COLLAPSING = ("tests/search/test_collapse.py",)

PLANTED = (
    PlantedFault("uncovered words weigh as much as covered ones", _PLAN,
                 "settings.weight_lexical * max(coverage, MIN_COVERAGE)", "settings.weight_lexical",
                 _OF_RETRIEVAL),
    PlantedFault("words that only descriptions have weigh nothing", _PLAN,
                 "max(coverage, MIN_COVERAGE)", "coverage", _OF_RETRIEVAL),
    PlantedFault("photos are scaled like texts", _GENERATORS,
                 "MAX_COSINE if name == IMAGE else saturation", "saturation", _OF_RETRIEVAL),
    PlantedFault("texts are scaled like photos", _GENERATORS,
                 "MAX_COSINE if name == IMAGE else saturation", "MAX_COSINE", _OF_RETRIEVAL),
    PlantedFault("a query by photo is called unsure", _RESPONSE,
                 "or bool(query.images)", "or False", _OF_RETRIEVAL),
    PlantedFault("weak results are called sure", _CUTOFF,
                 "MIN_CONFIDENT_SCORE = 0.4", "MIN_CONFIDENT_SCORE = 0.3", _OF_RETRIEVAL),
    PlantedFault("good results are called unsure", _CUTOFF,
                 "MIN_CONFIDENT_SCORE = 0.4", "MIN_CONFIDENT_SCORE = 0.5", _OF_RETRIEVAL),
    PlantedFault("products below the clicked one count as skipped", _UPDATER,
                 "if position < event.position", "if position > event.position", _OF_PROFILES),
    PlantedFault("any interaction counts as a click over others", _UPDATER,
                 'if event.kind != "click":', 'if event.kind == "impression":', _OF_PROFILES),
    PlantedFault("the clicked product counts as skipped at its other place", _UPDATER,
                 "for position in above} - {event.product_id}", "for position in above}",
                 _OF_PROFILES),
    PlantedFault("well-known products inherit from their neighbours", _ESTIMATES,
                 "if own_stats.impressions < MIN_IMPRESSIONS", "if True", _OF_ESTIMATES),
    PlantedFault("new products inherit nothing", _ESTIMATES,
                 "MIN_IMPRESSIONS = 100.0\n\"\"\"", "MIN_IMPRESSIONS = 1.0\n\"\"\"", _OF_ESTIMATES),
    PlantedFault("freshness halves after twice the half-life", _SIGNALS,
                 "max(age_s, 0.0) / half_life_s", "max(age_s, 0.0) / (2 * half_life_s)",
                 _OF_SIGNALS),
    PlantedFault("a product of tomorrow is fresher than one of today", _SIGNALS,
                 "-max(age_s, 0.0)", "-age_s", _OF_SIGNALS),
    PlantedFault("the popular products of a small merchant are not looked for", _POOLS,
                 "range(0, MAX_SCANNED, SCAN_BATCH_SIZE)", "range(0, 1, SCAN_BATCH_SIZE)",
                 _OF_POOLS),
    PlantedFault("the first popular products are read again and again", _POOLS,
                 "self._personalizer.now(), start\n", "self._personalizer.now(), 0\n", _OF_POOLS),
    PlantedFault("rewritten products never call for another graph", _FOLDER,
                 "return self._count_unindexed() >=", "return self._count_unindexed() > 9 *",
                 _OF_GRAPHS),
    PlantedFault("every rewritten product calls for another graph", _FOLDER,
                 "max(hnsw_min_points * REBUILD_SHARE, 1)", "1", _OF_GRAPHS),
    PlantedFault("documents that become shorter are not reweighted", _BM25,
                 "abs(true_mean / current_mean - 1)", "true_mean / current_mean - 1", _OF_BM25),
    PlantedFault("a small drift of lengths rewrites the catalogue", _BM25,
                 "MAX_LENGTH_DRIFT = 0.01", "MAX_LENGTH_DRIFT = 0.001", _OF_BM25),
    PlantedFault("pauses between attempts to write do not grow", _WRITER,
                 "min(2 * backoff_s,", "min(backoff_s,", _OF_WRITING),
    PlantedFault("private photos may be kept by shared caches",
                 "shopwindow/serving/web/web_server.py", "private, max-age", "public, max-age",
                 ("tests/serving/web/test_page.py",)),
    PlantedFault("a placeholder collapses products until one more has it", _COLLAPSE,
                 ">= PLACEHOLDER_MIN_COUNT", "> PLACEHOLDER_MIN_COUNT", _OF_COLLAPSING),
    PlantedFault("a product is not counted among those it stands for", _COLLAPSE,
                 "product_id: size for product_id, size",
                 "product_id: size - 1 for product_id, size", _OF_COLLAPSING),
)  # fmt: skip

EQUIVALENT: dict[str, str] = {
    "search/retrieval/similarity_baseline.py | BASELINE_SAMPLE_SIZE = 400 | 400 -> (401)": (
        "one product more in a random sample"
    ),
    "search/retrieval/generators.py | if IMAGE in queries and len(queries) > 1: | "
    "len(queries) > 1 -> (len(queries) >= 1)": "one retriever lacks no point that others found",
    "search/pipeline/sorting.py | sign = -1.0 if order.descending else 1.0 | -1.0 -> (-2.0)": (
        "only the sign of a sort key counts"
    ),
    "search/pipeline/sorting.py | sign = -1.0 if order.descending else 1.0 | 1.0 -> (2.0)": (
        "only the sign of a sort key counts"
    ),
    "search/retrieval/fusion.py | total = sum(weights[name] for name in features.names) or 1.0 | "
    "1.0 -> (2.0)": "stands in for a sum of weights that is 0; every weight divided by it is 0",
    "search/retrieval/fusion.py | if ceiling - floor <= 1e-9: | 1e-9 -> (2e-09)": (
        "any number far below the cosines' rounding error tells a range from none"
    ),
    "search/retrieval/fusion.py | if ceiling - floor <= 1e-9: | "
    "ceiling - floor <= 1e-9 -> (ceiling - floor < 1e-09)": (
        "a range of exactly a billionth is none of any meaning"
    ),
    "search/retrieval/fusion.py | if value_range <= 1e-9: | 1e-9 -> (2e-09)": (
        "any number far below the cosines' rounding error tells a range from none"
    ),
    "shopwindow/ranking/affinity.py | return np.minimum(1.0, weights / max("
    "settings.saturation_share * float(weights.max()), 1e-300)) | 1e-300 -> (2e-300)": (
        "keeps a division from failing where all weights are 0; then 0 is divided by it"
    ),
    "shopwindow/ranking/interests.py | _EPSILON = 1e-300 | 1e-300 -> (2e-300)": (
        "keeps a division from failing where two weights are 0; then 0 is divided by it"
    ),
    "shopwindow/ranking/interests.py | if costs[first, second] > limits.forget_cost * "
    "weights[weakest]: | costs[first, second] > limits.forget_cost * weights[weakest] -> "
    "(costs[first, second] >= limits.forget_cost * weights[weakest])": (
        "differs where merging costs exactly as much as forgetting; either is the cheaper way"
    ),
}
"""Why a mutant that survives changes no behaviour, by `Mutant.key`."""
