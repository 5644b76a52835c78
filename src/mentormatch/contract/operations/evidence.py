"""Operations ``learn`` (lessons of former editions) and ``draw`` (a random draw between two programmes)."""

from typing import Annotated, Any, Literal

from pydantic import AliasPath
from pydantic import Field as Setting

from mentormatch.base.strict_json import Whole
from mentormatch.contract.operation import COHORT, PROGRAMME, Operation
from mentormatch.contract.requests import CohortRequest, ProgrammeTable, TimeLimit
from mentormatch.contract.response import PairKeys, Response, ResponsePart, StatusCode
from mentormatch.followup.lessons import MOST_EDITIONS, EditionResults
from mentormatch.operations.experiment import Experiment, draw_experiment, draw_plan
from mentormatch.operations.learn import learn
from mentormatch.programme.programme import Programme


class LearnRequest(CohortRequest):
    """People and programme of this year, and the ``editions`` before: what stands under ``results`` in a follow-up."""

    editions: Annotated[list[EditionResults], Setting(min_length=1, max_length=MOST_EDITIONS)]
    seed: Whole = 0
    time_limit_s: TimeLimit = None


class CriterionEffectOut(ResponsePart):
    """How a criterion goes with pairs that lasted and were content.

    ``low`` and ``high``: to what share all of its points, instead of none, move a half, in an exact 95 % interval; null
    where too few pairs are known. ``level`` is the probability of so great an effect by chance, corrected for all
    criteria. ``more`` is about how many more pairs it takes to see an effect that moves a half to 80 %; null: none do.
    """

    criterion: str
    low: float | None
    high: float | None
    level: float
    clear: bool
    more: int | None
    sentence: str


class WeightChangeOut(ResponsePart):
    """Another weight of a criterion, as a proposal."""

    criterion: str
    before: float
    after: float


class LearnResponse(Response):
    """What the editions teach; ``pairs`` are those of this year under the ``changes`` of weights, ``other_pairs`` new.

    ``well`` is null where it would point to somebody. Nothing is applied.
    """

    status: StatusCode
    editions: int = Setting(validation_alias=AliasPath("lessons", "editions"))
    known: int = Setting(validation_alias=AliasPath("lessons", "pairs"))
    well: int | None = Setting(validation_alias=AliasPath("lessons", "well"))
    effects: list[CriterionEffectOut] = Setting(validation_alias=AliasPath("lessons", "effects"))
    changes: list[WeightChangeOut]
    pairs: list[PairKeys]
    other_pairs: list[PairKeys]
    sentences: list[str]


class LearnFromEditions(Operation[LearnRequest, LearnResponse]):
    """Which criteria went with pairs that lasted and were content, and this year's pairs if weights followed that."""

    kind = "learn"
    request_type = LearnRequest
    response_type = LearnResponse
    calls = (learn,)
    sent = "people, `editions`, `seed`, `time_limit_s`"
    told = "which criteria went with pairs that lasted and were content, and this year's pairs under other weights"

    def answer(self, request: LearnRequest) -> LearnResponse:
        """Return what the editions teach."""
        cohort, programme = request.read()
        limit, by_hand = request.time_limit_s, request.by_hand()
        found = learn(cohort, programme, request.editions, seed=request.seed, time_limit_s=limit, **by_hand)
        return LearnResponse.of(found)

    def example(self) -> dict[str, Any]:
        """Return the question of what one small edition teaches."""
        results = [{"shares": {"besoins": share}, "well": well} for share, well in ((1.0, True), (0.5, False))]
        return {**COHORT, "editions": [{"programme": "Mentorat 2025", "pairs": results}]}


class DrawRequest(CohortRequest):
    """People, two programmes, and the ``seed`` of all lots.

    ``programme`` and ``second`` differ in their criteria alone. Record both and the seed before the answers are there.
    """

    second: ProgrammeTable
    seed: Whole
    time_limit_s: TimeLimit = None


class DrawnPartOut(ResponsePart):
    """A part in which the two plans differ: the pairs of either, and of which the lot is."""

    first: list[PairKeys] = Setting(validation_alias="first_pairs")
    second: list[PairKeys] = Setting(validation_alias="second_pairs")
    drawn: Literal["first", "second"]


class DrawResponse(Response):
    """The ``pairs`` that the lots give: those of both plans, and of each of the ``parts`` those on which the lot fell.

    ``digest`` is the SHA-256 of the record of the experiment, as the command ``experiment`` writes it.
    """

    status: StatusCode = Setting(validation_alias=AliasPath("matching", "status"))
    digest: str = Setting(validation_alias=AliasPath("experiment", "digest"))
    pairs: list[PairKeys] = Setting(validation_alias=AliasPath("matching", "pairs"))
    parts: list[DrawnPartOut]
    sentences: list[str]


class DrawLots(Operation[DrawRequest, DrawResponse]):
    """The plan of two programmes between which a lot decides where they differ, part by part."""

    kind = "draw"
    request_type = DrawRequest
    response_type = DrawResponse
    calls = (draw_experiment,)
    sent = "people, a `second` programme, `seed`"
    told = "the pairs of two programmes that differ in criteria, a lot deciding where their plans differ, and each lot"

    def answer(self, request: DrawRequest) -> DrawResponse:
        """Return what the lots give."""
        cohort, programme = request.read()
        experiment = Experiment.of(programme, Programme.read(request.second), request.seed)
        return DrawResponse.of(draw_plan(cohort, experiment, time_limit_s=request.time_limit_s, **request.by_hand()))

    def example(self) -> dict[str, Any]:
        """Return the question of what a lot gives between two weights."""
        second = {**PROGRAMME, "criteria": [{**each, "weight": 2} for each in PROGRAMME["criteria"]]}
        return {**COHORT, "second": second, "seed": 20261129}
