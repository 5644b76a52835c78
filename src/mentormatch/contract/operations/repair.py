"""Operations ``repair`` (new pairs after departures) and ``sturdy`` (plans that hold if people leave)."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Annotated, Any, Self

import numpy as np
from pydantic import AliasPath, BeforeValidator
from pydantic import Field as Setting

from mentormatch.base.strict_json import Text, Whole, whole
from mentormatch.contract.match_response import MatchResponse
from mentormatch.contract.operation import SAMPLE_COHORT, Operation
from mentormatch.contract.requests import (
    MAX_PEOPLE,
    Arrived,
    CohortRequest,
    MatchRequest,
    Mention,
    Pairs,
    TimeLimit,
    keys_of,
    split_arrived,
)
from mentormatch.contract.response import PairKeys, Points, Response, ResponsePart, Sentence, StatusCode, from_library
from mentormatch.errors import Problem, RequestError
from mentormatch.fields import SIDES, Side, columns_of
from mentormatch.languages.phrases import quoted
from mentormatch.languages.text_keys import canonical
from mentormatch.languages.translation import tr
from mentormatch.operations.evaluation import given_plan
from mentormatch.operations.matching import KeyPair, match
from mentormatch.operations.recoverable_plan import MAX_LEAVING, sturdy
from mentormatch.operations.repair import Repair as Repaired
from mentormatch.operations.repair import RepairChoice, repair
from mentormatch.operations.repair_choices import ChoiceCode, LetterCode
from mentormatch.people.changes import add_people
from mentormatch.people.cohort import Cohort, People
from mentormatch.programme.programme import Programme


class RepairRequest(CohortRequest):
    """The people of today, the former pairs, and the people who left or arrived.

    Newcomers are listed like other people; those in ``arrived`` may take places reserved for them. People who left may
    be listed, and are ignored, or be missing. Each person of ``former`` is one of today's people or in ``withdrawn``.
    ``stopped`` are former pairs that end although both people stay. ``keep`` are former pairs that must stay, for
    instance because they have begun. ``undo`` is the maximum number of running pairs that may be broken: with 0 all are
    kept, even if people wait; null: as many as it takes to place the most people.

    ``choices`` requests the gains and losses, by name, of breaking at most 0, 1, 2 ... running pairs, up to that
    number, and the place that would help most. ``ladder`` requests the best plan per number of broken pairs, in numbers
    only, each a problem of its own; ``steps`` selects some of these numbers. ``reserves`` requests a substitute per
    pair. After ``time_limit_s`` seconds the new pairs are the best so far, and so is the last of the choices.
    """

    former: Pairs
    withdrawn: Annotated[list[Text], Setting(max_length=MAX_PEOPLE)] = Setting(default_factory=list)
    arrived: Arrived = Setting(default_factory=list)
    stopped: Pairs = Setting(default_factory=list)
    keep: Pairs = Setting(default_factory=list)
    undo: Whole | None = None
    choices: Whole | None = None
    seed: Whole = 0
    time_limit_s: TimeLimit = None
    ladder: bool = False
    steps: Annotated[list[Whole], Setting(max_length=50)] = Setting(default_factory=list)
    reserves: bool = False

    def mentions(self) -> Iterator[Mention]:
        """Yield the people in required and forbidden pairs who have not left."""
        departed = set(map(canonical, self.withdrawn))
        yield from (mention for mention in super().mentions() if canonical(mention[2]) not in departed)


class RungOut(ResponsePart):
    """The best plan that breaks at most ``at_most`` former pairs; null fields if there is none.

    ``broken`` and ``matched`` are numbers of pairs, ``total`` is the sum of the scores in millionths. ``reached`` is
    the value in each goal, in their order; for ``leximin`` all scores.
    """

    at_most: int
    status: StatusCode
    broken: int | None
    matched: int | None
    total: int | None
    reached: list[list[int]]
    sentence: Sentence


class ReserveOut(ResponsePart):
    """The mentor who would take over a pair, and the resulting score in millionths; null: none can."""

    mentor: str
    mentee: str
    reserve: str | None
    score: int | None
    sentence: Sentence


class LetterChangeOut(ResponsePart):
    """A person whose letter changes, with the keys of their partners before and now.

    ``code`` is ``new_partner``, ``no_partner`` for a person without any now, or ``left``.
    """

    side: Side
    person: str
    code: LetterCode
    before: list[str]
    now: list[str]


class ChoiceLineOut(ResponsePart):
    """A line of a choice: the kind of change, and the text."""

    code: ChoiceCode
    text: str


class RepairChoiceOut(ResponsePart):
    """The best plan that breaks at most ``at_most`` running pairs, compared with the plan that breaks none.

    ``kept``, ``undone`` and ``matched`` are numbers of pairs, ``total`` is the sum of the scores in millionths. ``new``
    are the pairs that did not exist before, ``broken`` the running pairs that end, ``waiting`` the mentees without a
    partner, ``letters`` the people whose letter changes. ``lines`` list gains and losses by name.
    """

    at_most: int
    status: StatusCode
    title: str
    kept: Annotated[int, from_library(len)] = Setting(validation_alias=AliasPath("repair", "kept"))
    undone: int
    matched: int
    total: int
    new: list[PairKeys] = Setting(validation_alias=AliasPath("repair", "new"))
    broken: list[PairKeys]
    waiting: list[str] = Setting(validation_alias=AliasPath("repair", "waiting"))
    letters: list[LetterChangeOut] = Setting(validation_alias=AliasPath("repair", "letter_changes"))
    lines: list[ChoiceLineOut]
    sentence: Sentence


class PlaceAdviceOut(ResponsePart):
    """An additional place with a mentor, for a mentee who waits, and the score of the pair in millionths."""

    mentor: str
    mentee: str
    score: int
    sentence: Sentence


class RepairResponse(Response):
    """The new pairs, the outcome of each former pair, and the parts requested.

    A former pair of two people who both stay is ``kept`` or ``broken``; a pair that a person left, or that was stopped,
    is ``ended``; ``new`` are the pairs that did not exist before. ``letters`` are the people whose letter changes.
    ``choices``, ``advice``, ``ladder`` and ``reserves`` are null unless requested.
    """

    sentence: str
    kept: list[PairKeys]
    broken: list[PairKeys]
    ended: list[PairKeys]
    new: list[PairKeys]
    letters: list[LetterChangeOut] = Setting(validation_alias="letter_changes")
    matching: MatchResponse
    choices: list[RepairChoiceOut] | None = None
    advice: list[PlaceAdviceOut] | None = None
    ladder: list[RungOut] | None
    steps: list[RungOut]
    reserves: list[ReserveOut] | None

    @classmethod
    def of(
        cls,
        repaired: Repaired,
        *,
        ladder: bool,
        reserves: bool,
        steps: Iterable[int] = (),
        choices: Sequence[RepairChoice] | None = None,
    ) -> Self:
        """Build the response from a repair, with the parts that were requested."""
        return super().of(
            repaired,
            sentence=str(repaired),
            matching=MatchResponse.of(repaired.matching),
            choices=choices,
            advice=None if choices is None else choices[0].repair.advice,
            ladder=repaired.ladder if ladder else None,
            steps=list(map(repaired.rung, steps)),
            reserves=repaired.reserves if reserves else None,
        )


class RepairOperation(Operation[RepairRequest, RepairResponse]):
    """New pairs for the people who need one, with as few former pairs broken as possible."""

    kind = "repair"
    request_type = RepairRequest
    response_type = RepairResponse
    calls = (repair,)
    sent = (
        "today's people, the `former` pairs, who is `withdrawn`, which pairs are `stopped`, which to `keep`,"
        " how many may be undone (`undo`), `time_limit_s`"
    )
    told = "new pairs, as few broken as that takes; with `choices` what undoing 0, 1, 2 ... pairs gains"

    def answer(self, request: RepairRequest) -> RepairResponse:
        today, programme = request.read()
        pairs = keys_of(request.former)
        cohort_before, arrived = split_arrived(today, request.arrived)
        cohort = with_departed(cohort_before, programme, pairs, request.withdrawn)
        former = given_plan(cohort, programme, pairs, seed=request.seed)
        repaired = repair(
            former,
            withdrawn=request.withdrawn,
            arrived=arrived,
            stopped=keys_of(request.stopped),
            undo=request.undo,
            keep=keys_of(request.keep),
            time_limit_s=request.time_limit_s,
            **request.by_hand(),
        )
        limit = request.time_limit_s
        choices = None if request.choices is None else repaired.choices(request.choices, time_limit_s=limit)
        return RepairResponse.of(
            repaired, ladder=request.ladder, steps=request.steps, reserves=request.reserves, choices=choices
        )

    def example(self) -> dict[str, Any]:
        """Return a request after the departure of a mentor, with the plan per number of broken pairs."""
        former = [{"mentor": "M01", "mentee": "E01"}, {"mentor": "M03", "mentee": "E02"}]
        return {
            **SAMPLE_COHORT,
            "former": former,
            "withdrawn": ["M03"],
            "keep": former[:1],
            "ladder": True,
            "reserves": True,
        }


def with_departed(cohort: Cohort, programme: Programme, former: Sequence[KeyPair], withdrawn: Iterable[str]) -> Cohort:
    """Add people of ``former`` pairs who left and are absent from today's cohort, without answers.

    Raises RequestError if a former pair names an unknown person who did not leave.
    """
    departed, missing = set(map(canonical, withdrawn)), list(find_unknown_people(former, cohort))
    unknown = [
        Problem(f"$.former[{index}].{side}", quoted(key), tr("une personne d'aujourd'hui, ou de « withdrawn »"))
        for index, side, key in missing
        if canonical(key) not in departed
    ]
    if unknown:
        raise RequestError(tr("Un binôme d'avant nomme une personne inconnue"), unknown)
    mentors, mentees = (find_absent_people(side, missing, cohort, programme) for side in SIDES)
    return add_people(cohort, Cohort(mentors, mentees))


def find_unknown_people(pairs: Iterable[KeyPair], cohort: Cohort) -> Iterator[tuple[int, Side, str]]:
    """Yield the people of pairs who are not in a cohort: position of the pair, side, key."""
    known_keys = {side: set(map(canonical, cohort.side(side).ids)) for side in SIDES}
    for index, pair in enumerate(pairs):
        people = zip(SIDES, pair, strict=True)
        yield from ((index, side, key) for side, key in people if canonical(key) not in known_keys[side])


def find_absent_people(
    side: Side, missing: Iterable[tuple[int, Side, str]], cohort: Cohort, programme: Programme
) -> People:
    """Return the absent people of one side, once each, without answers."""
    keys = {canonical(key): key for _, its_side, key in missing if its_side == side}
    blank = [None] * len(keys)
    columns = columns_of(programme.fields, dict.fromkeys(cohort.side(side).columns, blank))
    return People(tuple(keys.values()), columns, np.zeros(len(keys), dtype=bool))


class SturdyRequest(MatchRequest):
    """A ``match`` request, and the number of people who leave."""

    k: Annotated[int, Setting(ge=1, le=MAX_LEAVING), BeforeValidator(whole)] = 1


class SturdyPlanOut(ResponsePart):
    """A plan as keys (mentor, mentee), its loss in points, and the mentees with a partner after departures.

    ``worst`` is the minimum over all departures, ``mean`` the average.
    """

    pairs: list[PairKeys] = Setting(validation_alias=AliasPath("matching", "pairs"))
    price: Points
    worst: int
    mean: float


class SturdyResponse(Response):
    """Plans for the departure of ``k`` people: ``curve`` starts at the plan given, and robustness increases.

    ``departures`` were examined per plan; no plan exceeds ``most_worst`` or ``most_mean``. ``complete``: all plans with
    as many pairs were considered, and none is more robust at these prices.
    """

    status: StatusCode
    k: int
    departures: int
    curve: list[SturdyPlanOut]
    most_worst: int
    most_mean: float
    complete: bool
    sentences: list[str]


class SturdyPlans(Operation[SturdyRequest, SturdyResponse]):
    """The plans that are most robust if one or two people leave, their prices, and bounds."""

    kind = "sturdy"
    request_type = SturdyRequest
    response_type = SturdyResponse
    calls = (match, sturdy)
    sent = "what `match` was sent, `k`"
    told = "how many keep or get a partner if `k` leave, and the plans that hold better, with price and bound"

    def answer(self, request: SturdyRequest) -> SturdyResponse:
        return SturdyResponse.of(sturdy(request.matching(), request.k, time_limit_s=request.time_limit_s))

    def example(self) -> dict[str, Any]:
        """Return a request for the departure of one person."""
        return {**SAMPLE_COHORT, "k": 1}
