"""The pipelines: which stages answer a search, similar products, recommendations and complements.

Each is one list, in the order in which its stages run.
"""

from index import ProductIndex
from search.pipeline.personal_reranking import PersonalReranker
from search.pipeline.stage import Pipeline
from search.pipeline.stages import (
    ApplyCutoff,
    ApplyRules,
    BoostAttributes,
    ByRelevance,
    CollapseVariants,
    Diversify,
    FetchFields,
    PenalizeNegatives,
    Personalize,
    RemoveHidden,
    SortByField,
    TakeFirst,
)
from search.pipeline.state import RankingState
from search.recommendations.candidate_generators import (
    CoEngagedProducts,
    CoEngagementScorer,
    GenerateForVisitor,
    InterestNeighbors,
    PooledProducts,
)
from search.recommendations.candidate_pools import CandidatePoolCache
from search.recommendations.complement_candidates import (
    CoPurchasedProducts,
    PooledComplements,
    RelatedProducts,
)
from search.recommendations.complement_scoring import (
    GenerateComplements,
    LowerToOrder,
    ReadBaskets,
    ScoreComplements,
)
from search.recommendations.slate_stages import CollapseRankedFirst, PinProducts
from search.recommendations.state import ComplementState, VisitorState
from search.recommendations.visitor_scoring import BuildSlate, ScoreForVisitor
from search.retrieval.stages import CollectResults, FuseResults, SearchState
from shopwindow.personalization import Personalizer
from shopwindow.ranking import RankingWeights, SlateBuilder
from shopwindow.values.setting_groups import SearchSettings


def make_search_pipeline(
    index: ProductIndex, settings: SearchSettings, reranker: PersonalReranker
) -> Pipeline[SearchState]:
    """Return the stages of searches and of similar products.

    Args:
        index: The catalogue.
        settings: Attribute match boost and default diversity.
        reranker: Knows the visitors.
    """
    return Pipeline(
        [
            CollectResults(),
            FuseResults(),
            ApplyCutoff(),
            FetchFields(index),
            BoostAttributes(index, settings),
            PenalizeNegatives(index),
            RemoveHidden(index),
            SortByField(index),
            CollapseVariants(),
            ByRelevance(Personalize(reranker)),
            ByRelevance(Diversify(index, settings.diversity)),
            ByRelevance(ApplyRules(index)),
        ]
    )


def make_recommendation_pipeline(
    personalizer: Personalizer,
    weights: RankingWeights,
    pools: CandidatePoolCache,
    slate_builder: SlateBuilder,
) -> Pipeline[VisitorState]:
    """Return the stages of a visitor's home page and of a merchant's page.

    Args:
        personalizer: Profiles, statistics and the catalogue.
        weights: Ranking weights.
        pools: Candidates that do not depend on the visitor.
        slate_builder: Makes every choice that is left to chance.
    """
    index = personalizer.catalog.index
    generators = (
        InterestNeighbors(personalizer),
        PooledProducts(pools),
        CoEngagedProducts(personalizer),
    )
    return Pipeline(
        [
            GenerateForVisitor(personalizer, pools, generators, CoEngagementScorer(personalizer)),
            ScoreForVisitor(personalizer, weights),
            ApplyRules(index, ("hides", "boosts", "buries")),
            CollapseRankedFirst(index),
            BuildSlate(personalizer, weights, slate_builder),
            PinProducts(index),
        ]
    )


def make_complement_pipeline(
    personalizer: Personalizer, pools: CandidatePoolCache
) -> Pipeline[ComplementState]:
    """Return the stages of the complements of a product.

    Args:
        personalizer: Co-purchase counts, statistics and the catalogue.
        pools: Candidates that do not depend on the product.
    """
    index = personalizer.catalog.index
    generators = (
        CoPurchasedProducts(personalizer),
        RelatedProducts(personalizer),
        PooledComplements(pools),
    )
    return Pipeline(
        [
            ReadBaskets(personalizer),
            GenerateComplements(personalizer, generators),
            ScoreComplements(personalizer),
            RemoveHidden(index),
            FetchFields(index),
            CollapseVariants(),
            LowerToOrder(),
            ApplyRules(index),
        ]
    )


def make_match_pipeline() -> Pipeline[RankingState]:
    """Return the stages that follow the retrieval of one photo's nearest products.

    Retrieval and the fields of the candidates are read for a batch of photos at once.
    """
    # Who matches photos wants to see who else has the same one: only variants are collapsed.
    return Pipeline([CollapseVariants(same_photos=False), TakeFirst()])
