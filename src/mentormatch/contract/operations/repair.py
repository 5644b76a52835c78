"""Operations ``repair`` (new pairs after departures) and ``sturdy`` (plans that hold if people leave)."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Annotated, Any, Self

import numpy as np
from pydantic import AliasPath, BeforeValidator
from pydantic import Field as Setting

from mentormatch.base.strict_json import Text, Whole, whole
from mentormatch.contract.match_response import MatchResponse
from mentormatch.contract.operation import COHORT, Operation
from mentormatch.contract.requests import (
    MOST_PEOPLE,
    Arrived,
    CohortRequest,
    MatchRequest,
    Mention,
    Pairs,
    TimeLimit,
    keys_of,
    with_arrived_apart,
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
    """Everybody there is today, the pairs there were, who left, and who arrived.

    Newcomers stand among the others; those in ``arrived`` may take places that were kept for them. Who left may still
    stand there, and is left out, or be missing. Each person of ``former`` is one of today's people or one of
    ``withdrawn``. ``stopped`` are former pairs that stop although both people stay. ``keep`` are former pairs that must
    stay, for instance those that have begun. ``undo`` is the number of running pairs that may be undone: with 0 every
    one of them is kept, whoever waits; null: as many as it takes to place as many people as can be. ``choices`` asks
    what undoing 0, 1, 2 ... running pairs gains and costs, up to that number, by name, and which place more would help.
    ``ladder`` asks what at most 0, 1, 2 ... broken pairs would buy in numbers alone, each by a problem of its own;
    ``steps`` asks for some of these alone; ``reserves`` asks who would take over each pair. After ``time_limit_s``
    seconds the new pairs are the best so far, and so is the last of the choices.
    """

    former: Pairs
    withdrawn: Annotated[list[Text], Setting(max_length=MOST_PEOPLE)] = Setting(default_factory=list)
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
        """Yield everybody who is in a pair that must or must not be, and has not left."""
        gone = set(map(canonical, self.withdrawn))
        yield from (mention for mention in super().mentions() if canonical(mention[2]) not in gone)


class RungOut(ResponsePart):
    """The best plan that breaks at most so many former pairs; nulls where there is none.

    ``broken`` is how many it breaks, ``matched`` how many pairs it has, ``total`` the sum of their scores in
    millionths; ``reached`` what it has in each goal, the first one first: its value, and for ``leximin`` all scores.
    """

    at_most: int
    status: StatusCode
    broken: int | None
    matched: int | None
    total: int | None
    reached: list[list[int]]
    sentence: Sentence


class ReserveOut(ResponsePart):
    """The mentor who would take over one pair, and the score then, in millionths; null: nobody can."""

    mentor: str
    mentee: str
    reserve: str | None
    score: int | None
    sentence: Sentence


class LetterChangeOut(ResponsePart):
    """A person whose letter changes, with the keys of their partners before and now.

    ``code`` is ``new_partner``, ``no_partner`` for a person who has nobody now, or ``left``.
    """

    side: Side
    person: str
    code: LetterCode
    before: list[str]
    now: list[str]


class ChoiceLineOut(ResponsePart):
    """One line of a choice: what kind of change it reports, and the text."""

    code: ChoiceCode
    text: str


class RepairChoiceOut(ResponsePart):
    """The best plan that undoes at most ``at_most`` running pairs, next to the plan that undoes nothing.

    ``kept``, ``undone`` and ``matched`` are numbers of pairs, ``total`` is the sum of the scores in millionths. ``new``
    are the pairs that were not there before, ``broken`` the running pairs that are undone, ``waiting`` the mentees who
    have no partner, ``letters`` the people whose letter changes. ``lines`` say by name what is gained and lost.
    """

    at_most: int
    status: StatusCode
    title: str
    kept: Annotated[int, from_library(len)] = Setting(validation_alias=AliasPath("repair", "kept"))
    undone: int
    matched: int
    total: int
    new: list[PairKeys] = Setting(validation_alias=AliasPath("repair", "new"))
    broken: list[PairKeys] = Setting(validation_alias=AliasPath("repair", "broken"))
    waiting: list[str] = Setting(validation_alias=AliasPath("repair", "waiting"))
    letters: list[LetterChangeOut] = Setting(validation_alias=AliasPath("repair", "letter_changes"))
    lines: list[ChoiceLineOut]
    sentence: Sentence


class PlaceAdviceOut(ResponsePart):
    """One more place with a mentor, for a mentee who waits, and the score of the pair, in millionths."""

    mentor: str
    mentee: str
    score: int
    sentence: Sentence


class RepairResponse(Response):
    """The new pairs, what became of each former one, and what was asked for beside.

    A former pair of two people who are both still there is ``kept`` or ``broken``; one that somebody left, or that
    stops, is ``ended``; ``new`` are the pairs that were not there before. ``letters`` are the people whose letter
    changes. ``choices``, ``advice``, ``ladder`` and ``reserves`` are null unless asked for.
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
    """New pairs for who needs one, with as few former pairs broken as that takes."""

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
        """Return the repaired plan."""
        today, programme = request.read()
        pairs = keys_of(request.former)
        here, arrived = with_arrived_apart(today, request.arrived)
        cohort = with_missing(here, programme, pairs, request.withdrawn)
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
        """Return a mentor who left, and what each number of broken pairs would buy."""
        former = [{"mentor": "M01", "mentee": "E01"}, {"mentor": "M03", "mentee": "E02"}]
        return {**COHORT, "former": former, "withdrawn": ["M03"], "keep": former[:1], "ladder": True, "reserves": True}


def with_missing(cohort: Cohort, programme: Programme, former: Sequence[KeyPair], withdrawn: Iterable[str]) -> Cohort:
    """Add people of ``former`` pairs who left and are absent from today's cohort, without answers.

    Raises RequestError if a former pair names an unknown person who did not leave.
    """
    gone, strangers = set(map(canonical, withdrawn)), list(strangers_in(former, cohort))
    unknown = [
        Problem(f"$.former[{place}].{side}", quoted(key), tr("une personne d'aujourd'hui, ou de « withdrawn »"))
        for place, side, key in strangers
        if canonical(key) not in gone
    ]
    if unknown:
        raise RequestError(tr("Un binôme d'avant nomme une personne inconnue"), unknown)
    mentors, mentees = (absent(side, strangers, cohort, programme) for side in SIDES)
    return add_people(cohort, Cohort(mentors, mentees))


def strangers_in(pairs: Iterable[KeyPair], cohort: Cohort) -> Iterator[tuple[int, Side, str]]:
    """Yield the people of pairs who are not in a cohort: position of the pair, side, key."""
    known = {side: set(map(canonical, cohort.side(side).ids)) for side in SIDES}
    for place, pair in enumerate(pairs):
        people = zip(SIDES, pair, strict=True)
        yield from ((place, side, key) for side, key in people if canonical(key) not in known[side])


def absent(side: Side, strangers: Iterable[tuple[int, Side, str]], cohort: Cohort, programme: Programme) -> People:
    """Return the absent people of one side, once each, without answers."""
    keys = {canonical(key): key for _, of, key in strangers if of == side}
    blank = [None] * len(keys)
    columns = columns_of(programme.fields, dict.fromkeys(cohort.side(side).columns, blank))
    return People(tuple(keys.values()), columns, np.zeros(len(keys), dtype=bool))


class SturdyRequest(MatchRequest):
    """What ``match`` was asked, and how many people leave."""

    k: Annotated[int, Setting(ge=1, le=MAX_LEAVING), BeforeValidator(whole)] = 1


class SturdyPlanOut(ResponsePart):
    """One plan, as keys (mentor, mentee): how many mentees have a partner after a departure, and points it has fewer.

    ``worst`` is over all departures, ``mean`` their average.
    """

    pairs: list[PairKeys] = Setting(validation_alias=AliasPath("matching", "pairs"))
    price: Points
    worst: int
    mean: float


class SturdyResponse(Response):
    """What holds if ``k`` leave: ``curve`` from the one given on, each holding better than those before it.

    ``departures`` were looked at for each; no plan holds more than ``most_worst`` and ``most_mean``. ``complete``: all
    plans were looked at, and nothing holds better at these prices.
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
    """Which plan holds best if one or two people leave, what it costs, and how far from the best it may be."""

    kind = "sturdy"
    request_type = SturdyRequest
    response_type = SturdyResponse
    calls = (match, sturdy)
    sent = "what `match` was sent, `k`"
    told = "how many keep or get a partner if `k` leave, and the plans that hold better, with price and bound"

    def answer(self, request: SturdyRequest) -> SturdyResponse:
        """Return what holds."""
        return SturdyResponse.of(sturdy(request.matching(), request.k, time_limit_s=request.time_limit_s))

    def example(self) -> dict[str, Any]:
        """Return the question of what holds if one person leaves."""
        return {**COHORT, "k": 1}
