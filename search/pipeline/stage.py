"""The contract of a stage, and the pipeline that runs stages one after the other."""

from collections.abc import Sequence
from typing import Generic, Protocol, TypeVar

from search.pipeline.state import RankingState
from search.stopwatch import Stopwatch

S = TypeVar("S", bound=RankingState)
S_contra = TypeVar("S_contra", bound=RankingState, contravariant=True)


class Stage(Protocol[S]):
    """One step of a pipeline: takes the candidates in one state and returns them in the next.

    A stage keeps nothing of a request, so one may serve several threads.
    """

    @property
    def name(self) -> str:
        """What a response calls its time; a verb."""
        ...

    def run(self, state: S) -> S:
        """Return the candidates after this step.

        Args:
            state: As the stage before left it; it is not changed.
        """
        ...


class CandidateGenerator(Protocol[S_contra]):
    """Finds products that may be shown to a request, before anything is scored."""

    def generate(self, state: S_contra) -> Sequence[str]:
        """Return product ids, those that matter most first; they may repeat.

        Args:
            state: The request; it has no candidates yet.
        """
        ...


class Pipeline(Generic[S]):
    """Runs stages in their order. Safe to use from several threads.

    Args:
        stages: The first one fills in the candidates.

    Attributes:
        stages: In their order.
    """

    def __init__(self, stages: Sequence[Stage[S]]) -> None:
        self.stages = tuple(stages)

    def run(self, state: S, watch: Stopwatch) -> S:
        """Return the candidates after the last stage.

        Args:
            state: The request.
            watch: Times each stage under its name.
        """
        for stage in self.stages:
            state = stage.run(state)
            watch.lap(stage.name)
        return state
