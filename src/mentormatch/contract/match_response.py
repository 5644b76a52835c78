"""Response models of a matching: ``Matching`` -> ``MatchResponse``."""

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
    """A criterion in a pair, in points out of 100."""

    criterion: str
    kind: str
    group: str | None
    points: Points = Setting(validation_alias="share")
    full: Points
    answered: bool
    reason: str


class PairOut(ResponsePart):
    """A pair: points out of 100, the score in millionths, and the contributions of the criteria."""

    mentor: str
    mentee: str
    points: float
    score: int
    answered: float
    contributions: list[ContributionOut]


class ChangeOut(ResponsePart):
    """A change that would help, its ``cost`` in changed units, and the keys of the people concerned."""

    code: str
    sentence: str
    cost: int
    people: list[str]


class UnmatchedOut(ResponsePart):
    """A person without a partner, the reason, and the smallest change that would help, or null; codes are stable."""

    person: str
    side: Side
    code: str
    reason: str
    change: ChangeOut | None = None


class RejectedOut(ResponsePart):
    """A rejected row, with the reason."""

    source: str
    line: int
    key: str
    reason: str


class RemarkOut(ResponsePart):
    """A remark on the answers, for review."""

    source: str
    line: int | None
    text: str


class ChainOut(ResponsePart):
    """A chain or loop of people in both roles: mentors of its first person, all people, mentees of its last person."""

    mentors: list[str]
    people: list[str]
    mentees: list[str]
    loop: bool
    sentence: Sentence


class TierOut(ResponsePart):
    """A goal: the value reached, and the proved bound, in the unit of the goal (for scores: millionths)."""

    goal: str
    value: int
    bound: int | None


class CaveatOut(ResponsePart):
    """A restriction of the status, for instance that nothing was compared, or that rounding made scores equal."""

    code: Annotated[CaveatCode, Setting(strict=False)]
    sentence: str


class GoalPriceOut(ResponsePart):
    """The price of a goal: by how much it changes the values of all goals; unchanged values are omitted."""

    goal: str
    sentence: str
    differences: dict[str, int]


class KeptPlacesOut(ResponsePart):
    """The places that a rule reserves for people who arrive later: ``left`` of ``kept`` are free.

    ``free`` maps keys of mentors within the rule to their number of free places. ``differences`` are the changes in
    goals that the reservation causes, as in ``goal_prices``, if they are ``known``.
    """

    rule: str
    kept: int
    left: int
    free: Annotated[dict[str, int], from_library(dict)]
    sentence: str
    known: Annotated[bool, from_library(bool)] = Setting(validation_alias="asked")
    differences: dict[str, int]


class FindingOut(ResponsePart):
    """An impossibility; ``decisive``: it leaves no solution."""

    code: str
    sentence: str
    missing: int
    people: list[str]
    rules: list[str]
    decisive: bool


class ConflictOut(ResponsePart):
    """The labels of rules that cannot hold together; ``proved``: without any one of them, the others can."""

    rules: Annotated[list[str], from_library(lambda rules: [rule.label for rule in rules])]
    sentence: str
    proved: bool


class DiagnosisOut(ResponsePart):
    """The reasons why there is no solution: as sentences, then as parts, with the ways out cheapest first."""

    sentences: list[str]
    conflict: ConflictOut | None
    findings: list[FindingOut]
    ways_out: list[ChangeOut]


class MatchResponse(VersionedPickle, Response):
    """The pairs, the people without a partner and the reasons, and the proof.

    ``goal_prices`` is empty and ``change`` null for large cohorts (see ``Matching``). ``kept_places`` is empty without
    a solution, or if no rule reserves places, ``chains`` if nobody is in the middle of a chain; ``diagnosis`` is null
    unless the status is ``infeasible``. ``canonical``: all goals are proved and ties are broken, so that the same
    request gives the same pairs everywhere. ``caveats`` restrict every status: if one states that nothing was compared,
    nothing is optimal.
    ``record`` is null except in a file next to a decision and its log, which it identifies.
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
    match value:
        case str():
            return labels.text(value)
        case list():
            return [label_texts(part, labels) for part in value]
        case dict():
            return {labels.text(name): label_texts(part, labels) for name, part in value.items()}
        case _:
            return value
