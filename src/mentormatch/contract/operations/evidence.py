"""Operations ``learn`` (lessons of former editions) and ``draw`` (a random draw between two programmes)."""

from typing import Annotated, Any, Literal

from pydantic import AliasPath
from pydantic import Field as Setting

from mentormatch.base.strict_json import Whole
from mentormatch.contract.operation import SAMPLE_COHORT, SAMPLE_PROGRAMME, Operation
from mentormatch.contract.requests import CohortRequest, ProgrammeTable, TimeLimit
from mentormatch.contract.response import PairKeys, Response, ResponsePart, StatusCode
from mentormatch.followup.lessons import MOST_EDITIONS, EditionResults
from mentormatch.operations.experiment import Experiment, draw_experiment, draw_plan
from mentormatch.operations.learn import learn
from mentormatch.programme.programme import Programme


class LearnRequest(CohortRequest):
    """People and programme of this year, and earlier ``editions``, as in the ``results`` of a follow-up."""

    editions: Annotated[list[EditionResults], Setting(min_length=1, max_length=MOST_EDITIONS)]
    seed: Whole = 0
    time_limit_s: TimeLimit = None


class CriterionEffectOut(ResponsePart):
    """The effect of a criterion's points on whether pairs lasted and were content.

    ``low`` and ``high`` are an exact 95 % interval of the share of pairs that go well with all points, if one half goes
    well with none; null if there are too few pairs. ``level`` is the probability of an effect of this size by chance,
    corrected for all criteria. ``more`` is the approximate number of further pairs needed to detect an effect that
    moves one half to 80 %: 0 if there are enough; null if no number would do.
    """

    criterion: str
    low: float | None
    high: float | None
    level: float
    clear: bool
    more: int | None
    sentence: str


class WeightChangeOut(ResponsePart):
    """A proposed weight of a criterion."""

    criterion: str
    before: float
    after: float


class LearnResponse(Response):
    """The lessons of the editions, and this year's ``pairs`` with the ``changes`` of weights; ``other_pairs`` are new.

    Without changes there are no pairs. ``known`` pairs have a known result; fewer than five are shown as 0. ``well`` is
    null if it would identify a person. Nothing is applied.
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
    """The criteria associated with pairs that lasted and were content, and this year's pairs with weights to match."""

    kind = "learn"
    request_type = LearnRequest
    response_type = LearnResponse
    calls = (learn,)
    sent = "people, `editions`, `seed`, `time_limit_s`"
    told = "which criteria went with pairs that lasted and were content, and this year's pairs under other weights"

    def answer(self, request: LearnRequest) -> LearnResponse:
        cohort, programme = request.read()
        limit, by_hand = request.time_limit_s, request.by_hand()
        lessons = learn(cohort, programme, request.editions, seed=request.seed, time_limit_s=limit, **by_hand)
        return LearnResponse.of(lessons)

    def example(self) -> dict[str, Any]:
        """Return a request with one small edition."""
        results = [{"shares": {"besoins": share}, "well": well} for share, well in ((1.0, True), (0.5, False))]
        return {**SAMPLE_COHORT, "editions": [{"programme": "Mentorat 2025", "pairs": results}]}


class DrawRequest(CohortRequest):
    """People, two programmes, and the ``seed`` of all random draws.

    ``programme`` and ``second`` differ only in their criteria. Record both and the seed before people answer.
    """

    second: ProgrammeTable
    seed: Whole
    time_limit_s: TimeLimit = None


class DrawnPartOut(ResponsePart):
    """A part in which the two plans differ: the pairs of each plan, and the plan drawn."""

    first: list[PairKeys] = Setting(validation_alias="first_pairs")
    second: list[PairKeys] = Setting(validation_alias="second_pairs")
    drawn: Literal["first", "second"]


class DrawResponse(Response):
    """The ``pairs`` of the draw: pairs in both plans, and in each of the ``parts`` the pairs of the plan drawn.

    ``digest`` is the SHA-256 of the record of the experiment, as the command ``experiment`` writes it.
    """

    status: StatusCode = Setting(validation_alias=AliasPath("matching", "status"))
    digest: str = Setting(validation_alias=AliasPath("experiment", "digest"))
    pairs: list[PairKeys] = Setting(validation_alias=AliasPath("matching", "pairs"))
    parts: list[DrawnPartOut]
    sentences: list[str]


class DrawLots(Operation[DrawRequest, DrawResponse]):
    """The plans of two programmes, merged by a random draw per part with differences."""

    kind = "draw"
    request_type = DrawRequest
    response_type = DrawResponse
    calls = (draw_experiment,)
    sent = "people, a `second` programme, `seed`"
    told = "the pairs of two programmes that differ in criteria, a lot deciding where their plans differ, and each lot"

    def answer(self, request: DrawRequest) -> DrawResponse:
        cohort, programme = request.read()
        experiment = Experiment.of(programme, Programme.read(request.second), request.seed)
        return DrawResponse.of(draw_plan(cohort, experiment, time_limit_s=request.time_limit_s, **request.by_hand()))

    def example(self) -> dict[str, Any]:
        """Return a request to draw between two weights of a criterion."""
        second = {
            **SAMPLE_PROGRAMME,
            "criteria": [{**criterion, "weight": 2} for criterion in SAMPLE_PROGRAMME["criteria"]],
        }
        return {**SAMPLE_COHORT, "second": second, "seed": 20261129}
