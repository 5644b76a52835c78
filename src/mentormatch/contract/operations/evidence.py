"""What results show: the operations on what last years teach, and on a lot between two programmes.

What last years teach, and this year's pairs under other weights: the operation ``learn``.

Where the plans of two programmes differ, a lot decides: the operation ``draw``.
"""

from typing import Annotated, Any, Literal, Self

from pydantic import Field as Setting

from mentormatch.assignment.model.solution import Status
from mentormatch.base.strict_json import JsonMessage, Keys, Whole
from mentormatch.contract.match_response import Response
from mentormatch.contract.operation import COHORT, PROGRAMME, Operation
from mentormatch.contract.operations.repair import pairs_out
from mentormatch.contract.requests import CohortRequest, ProgrammeTable, TimeLimit
from mentormatch.followup.lessons import MOST_EDITIONS, CriterionEffect, EditionResults
from mentormatch.operations.experiment import Draw, DrawnPart, Experiment, draw, draw_plan
from mentormatch.operations.learn import Learning, learn
from mentormatch.programme.programme import Programme


class LearnRequest(CohortRequest):
    """People and programme of this year, and the ``editions`` before: what stands under ``results`` in a follow-up."""

    editions: Annotated[list[EditionResults], Setting(min_length=1, max_length=MOST_EDITIONS)]
    seed: Whole = 0
    time_limit_s: TimeLimit = None


class CriterionEffectOut(JsonMessage):
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


class WeightChangeOut(JsonMessage):
    """Another weight of a criterion, as a proposal."""

    criterion: str
    before: float
    after: float


class LearnResponse(Response):
    """What the editions teach; ``pairs`` are those of this year under the ``changes`` of weights, ``other_pairs`` new.

    ``well`` is null where it would point to somebody. Nothing is applied.
    """

    status: Annotated[Status, Setting(strict=False)]
    editions: int
    known: int
    well: int | None
    effects: list[CriterionEffectOut]
    changes: list[WeightChangeOut]
    pairs: list[Keys]
    other_pairs: list[Keys]
    sentences: list[str]

    @classmethod
    def of(cls, found: Learning) -> Self:
        """Return what is known."""
        pairs, other = (
            [Keys(mentor=mentor, mentee=mentee) for mentor, mentee in some] for some in (found.pairs, found.other_pairs)
        )
        return cls(
            status=found.status,
            editions=found.lessons.editions,
            known=found.lessons.pairs,
            well=found.lessons.well,
            effects=list(map(effect_out, found.lessons.effects)),
            changes=[
                WeightChangeOut(criterion=one.criterion, before=one.before, after=one.after) for one in found.changes
            ],
            pairs=pairs,
            other_pairs=other,
            sentences=list(found.sentences),
        )


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


def effect_out(one: CriterionEffect) -> CriterionEffectOut:
    """Return the effect of a criterion as the contract has it."""
    return CriterionEffectOut(
        criterion=one.criterion,
        low=one.low,
        high=one.high,
        level=one.level,
        clear=one.clear,
        more=one.more,
        sentence=one.sentence,
    )


class DrawRequest(CohortRequest):
    """People, two programmes, and the ``seed`` of all lots.

    ``programme`` and ``second`` differ in their criteria alone. Record both and the seed before the answers are there.
    """

    second: ProgrammeTable
    seed: Whole
    time_limit_s: TimeLimit = None


class DrawnPartOut(JsonMessage):
    """A part in which the two plans differ: the pairs of either, and of which the lot is."""

    first: list[Keys]
    second: list[Keys]
    drawn: Literal["first", "second"]


class DrawResponse(Response):
    """The ``pairs`` that the lots give: those of both plans, and of each of the ``parts`` those on which the lot fell.

    ``digest`` is the SHA-256 of the record of the experiment, as the command ``experiment`` writes it.
    """

    status: Annotated[Status, Setting(strict=False)]
    digest: str
    pairs: list[Keys]
    parts: list[DrawnPartOut]
    sentences: list[str]

    @classmethod
    def of(cls, found: Draw) -> Self:
        """Return what was drawn."""
        return cls(
            status=found.matching.status,
            digest=found.experiment.digest,
            pairs=pairs_out((pair.mentor, pair.mentee) for pair in found.matching.pairs),
            parts=list(map(drawn_part_out, found.parts)),
            sentences=list(found.sentences),
        )


class DrawLots(Operation[DrawRequest, DrawResponse]):
    """The plan of two programmes between which a lot decides where they differ, part by part."""

    kind = "draw"
    request_type = DrawRequest
    response_type = DrawResponse
    calls = (draw,)
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


def drawn_part_out(part: DrawnPart) -> DrawnPartOut:
    """Return one part as the contract has it."""
    first, second = pairs_out(part.first_pairs), pairs_out(part.second_pairs)
    return DrawnPartOut(first=first, second=second, drawn="second" if part.second else "first")
