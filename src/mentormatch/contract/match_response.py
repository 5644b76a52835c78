"""Response models of a matching: ``Matching`` in, ``MatchResponse`` out."""

from dataclasses import replace
from typing import Annotated, Any, Self

from pydantic import AliasPath
from pydantic import Field as Setting

from mentormatch.base.data_objects import VersionedPickle
from mentormatch.contract.response import Points, ResponsePart, Sentence, StatusCode, from_library
from mentormatch.contract.response import Response as Response
from mentormatch.explanation.caveats import CaveatCode
from mentormatch.explanation.diagnosis.diagnose import diagnose_case
from mentormatch.explanation.names import KEY_LABELS, Labels
from mentormatch.explanation.pairs import chains
from mentormatch.fields import Side
from mentormatch.operations.matching import Matching, case_of
from mentormatch.people.codes import tells_who
from mentormatch.record.seal import Stamp


class ContributionOut(ResponsePart):
    """One criterion in one pair, in points out of 100."""

    criterion: str
    kind: str
    group: str | None
    points: Points = Setting(validation_alias="share")
    full: Points
    answered: bool
    reason: str


class PairOut(ResponsePart):
    """One pair: points out of 100, the same in millionths, and what they are made of."""

    mentor: str
    mentee: str
    points: float
    score: int
    answered: float
    contributions: list[ContributionOut]


class ChangeOut(ResponsePart):
    """A change that would help: how many things have to give, and the people it concerns, by their keys."""

    code: str
    sentence: str
    cost: int
    people: list[str]


class UnmatchedOut(ResponsePart):
    """Somebody without a partner, and the smallest change that would place them; codes are stable."""

    person: str
    side: Side
    code: str
    reason: str
    change: ChangeOut | None = None


class RejectedOut(ResponsePart):
    """A row that is nobody."""

    source: str
    line: int
    key: str
    reason: str


class RemarkOut(ResponsePart):
    """Something about the answers that is worth a look."""

    source: str
    line: int | None
    text: str


class ChainOut(ResponsePart):
    """A chain of people in both roles: mentors of the first, the people in order, mentees of the last; or a loop."""

    mentors: list[str]
    people: list[str]
    mentees: list[str]
    loop: bool
    sentence: Sentence


class TierOut(ResponsePart):
    """One goal: what was reached, and the proven bound, in the goal's own unit (millionths for ``total``)."""

    goal: str
    value: int
    bound: int | None


class CaveatOut(ResponsePart):
    """What has to be known before the status is believed: that nothing was compared, or what rounding made alike."""

    code: Annotated[CaveatCode, Setting(strict=False)]
    sentence: str


class GoalPriceOut(ResponsePart):
    """What a goal costs the others: by how much each value differs from what it would be without the goal."""

    goal: str
    sentence: str
    differences: dict[str, int]


class KeptPlacesOut(ResponsePart):
    """What is left of the places that a rule keeps for people who come later: ``left`` of ``kept`` are free.

    ``free`` are the mentors who have free places, by key, and how many. ``differences`` are what keeping them changes
    in each goal, as in ``goal_prices``, where that is ``known``.
    """

    rule: str
    kept: int
    left: int
    free: Annotated[dict[str, int], from_library(dict)]
    sentence: str
    known: Annotated[bool, from_library(bool)] = Setting(validation_alias="asked")
    differences: dict[str, int]


class FindingOut(ResponsePart):
    """One thing that cannot be; ``decisive`` says that it leaves no solution at all."""

    code: str
    sentence: str
    missing: int
    people: list[str]
    rules: list[str]
    decisive: bool


class ConflictOut(ResponsePart):
    """Rules that cannot hold together, by what they are called; ``proved``: none of them can be spared."""

    rules: Annotated[list[str], from_library(lambda rules: [rule.label for rule in rules])]
    sentence: str
    proved: bool


class DiagnosisOut(ResponsePart):
    """Why there is no answer: all of it in sentences, then the same in parts, ways out cheapest first."""

    sentences: list[str]
    conflict: ConflictOut | None
    findings: list[FindingOut]
    ways_out: list[ChangeOut]


class MatchResponse(VersionedPickle, Response):
    """The pairs, everybody else with a reason, and what is known of the answer.

    ``goal_prices`` is empty and ``change`` null for large cohorts (see ``Matching``); ``kept_places`` is empty
    where no rule keeps any; ``diagnosis`` is null where there is an answer; ``chains`` is empty where nobody is in the
    middle of one. ``canonical``: all goals are proved and
    ties are settled, so that the same request gives the same pairs everywhere. Whatever the status is, ``caveats`` come
    before it: where one says that nothing was compared, nothing is optimal. ``record`` is null but in a file beside a
    decision and its log, of which it says what they are.
    """

    status: StatusCode
    canonical: bool = Setting(default=False, validation_alias=AliasPath("solution", "canonical"))
    caveats: list[CaveatOut] = Setting(default_factory=list)
    programme: str = Setting(validation_alias=AliasPath("programme", "name"))
    seed: int
    engine: str = Setting(validation_alias=AliasPath("solution", "engine"))
    tiers: list[TierOut] = Setting(validation_alias=AliasPath("solution", "tiers"))
    gap: int | None = Setting(validation_alias=AliasPath("solution", "gap"))
    pairs: list[PairOut]
    unmatched: list[UnmatchedOut]
    chains: list[ChainOut] = Setting(default_factory=list)
    rejected: list[RejectedOut]
    remarks: list[RemarkOut]
    goal_prices: list[GoalPriceOut] = Setting(default_factory=list)
    kept_places: list[KeptPlacesOut]
    diagnosis: DiagnosisOut | None = None
    record: Stamp | None = None

    @classmethod
    def of(cls, matching: Matching, labels: Labels = KEY_LABELS) -> Self:
        """Build the response from a matching, with these labels for people."""
        people = zip(*matching.told_unmatched(labels), strict=True)
        unmatched = [UnmatchedOut.of(person, change=change) for person, change in people]
        if labels is KEY_LABELS:
            return super().of(matching, matching.cohort, unmatched=unmatched)
        case = replace(case_of(matching), labels=labels)
        labelled = super().of(
            matching,
            matching.cohort,
            unmatched=unmatched,
            pairs=[
                replace(pair, mentor=labels.person("mentor", pair.mentor), mentee=labels.person("mentee", pair.mentee))
                for pair in matching.pairs
            ],
            chains=chains(case),
            diagnosis=matching.diagnosis and diagnose_case(case),
            rejected=[replace(row, key="") if tells_who(row.key) else row for row in matching.rejected],
        )
        return cls.model_validate(label_texts(labelled.model_dump(mode="json"), labels))


def label_texts(value: Any, labels: Labels) -> Any:
    """Replace keys by labels in all texts of a JSON value."""
    match value:
        case str():
            return labels.text(value)
        case list():
            return [label_texts(each, labels) for each in value]
        case dict():
            return {labels.text(name): label_texts(each, labels) for name, each in value.items()}
        case _:
            return value
