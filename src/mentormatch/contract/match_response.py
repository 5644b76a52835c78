"""What is told of a matching as JSON; codes are stable, sentences in the language that is spoken."""

from dataclasses import replace
from typing import Annotated, Any, Self

from pydantic import Field as Setting

from mentormatch.assignment.model.solution import Status
from mentormatch.base.data_objects import VersionedPickle
from mentormatch.base.strict_json import JsonMessage
from mentormatch.contract.response import Response as Response
from mentormatch.explanation.caveats import Code
from mentormatch.explanation.diagnosis.diagnose import diagnose_case
from mentormatch.explanation.diagnosis.findings import Diagnosis, PossibleChange, RuleConflict
from mentormatch.explanation.goal_prices import PlacesLeft, places_words, price_words
from mentormatch.explanation.names import KEYS, Labels
from mentormatch.explanation.pairs import Chain, Pair, chains
from mentormatch.explanation.unmatched_people import Unmatched
from mentormatch.fields import Side
from mentormatch.operations.matching import Matching
from mentormatch.people.codes import tells_who
from mentormatch.people.cohort import Cohort
from mentormatch.record.seal import Stamp


class ContributionOut(JsonMessage):
    """One criterion in one pair, in points out of 100."""

    criterion: str
    kind: str
    group: str | None
    points: float
    full: float
    answered: bool
    reason: str


class PairOut(JsonMessage):
    """One pair: points out of 100, the same in millionths, and what they are made of."""

    mentor: str
    mentee: str
    points: float
    score: int
    answered: float
    contributions: list[ContributionOut]


class ChangeOut(JsonMessage):
    """A change that would help: how many things have to give, and the people it concerns, by their keys."""

    code: str
    sentence: str
    cost: int
    people: list[str]


class UnmatchedOut(JsonMessage):
    """Somebody without a partner, and the smallest change that would place them; codes are stable."""

    person: str
    side: Side
    code: str
    reason: str
    change: ChangeOut | None = None


class RejectedOut(JsonMessage):
    """A row that is nobody."""

    source: str
    line: int
    key: str
    reason: str


class RemarkOut(JsonMessage):
    """Something about the answers that is worth a look."""

    source: str
    line: int | None
    text: str


class ChainOut(JsonMessage):
    """A chain of people in both roles: mentors of the first, the people in order, mentees of the last; or a loop."""

    mentors: list[str]
    people: list[str]
    mentees: list[str]
    loop: bool
    sentence: str


class TierOut(JsonMessage):
    """One goal: what was reached, and the proven bound, in the goal's own unit (millionths for ``total``)."""

    goal: str
    value: int
    bound: int | None


class CaveatOut(JsonMessage):
    """What has to be known before the status is believed: that nothing was compared, or what rounding made alike."""

    code: Annotated[Code, Setting(strict=False)]
    sentence: str


class GoalPriceOut(JsonMessage):
    """What a goal costs the others: by how much each value differs from what it would be without the goal."""

    goal: str
    sentence: str
    differences: dict[str, int]


class KeptPlacesOut(JsonMessage):
    """What is left of the places that a rule keeps for people who come later: ``left`` of ``kept`` are free.

    ``free`` are the mentors who have free places, by key, and how many. ``differences`` are what keeping them changes
    in each goal, as in ``goal_prices``, where that is ``known``.
    """

    rule: str
    kept: int
    left: int
    free: dict[str, int]
    sentence: str
    known: bool
    differences: dict[str, int]


class FindingOut(JsonMessage):
    """One thing that cannot be; ``decisive`` says that it leaves no solution at all."""

    code: str
    sentence: str
    missing: int
    people: list[str]
    rules: list[str]
    decisive: bool


class ConflictOut(JsonMessage):
    """Rules that cannot hold together, by what they are called; ``proved``: none of them can be spared."""

    rules: list[str]
    sentence: str
    proved: bool


class DiagnosisOut(JsonMessage):
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

    status: Annotated[Status, Setting(strict=False)]
    canonical: bool = False
    caveats: list[CaveatOut] = Setting(default_factory=list)
    programme: str
    seed: int
    engine: str
    tiers: list[TierOut]
    gap: int | None
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
    def of(cls, matching: Matching, labels: Labels = KEYS) -> Self:
        """Return what a matching says, its people under these labels."""
        case = replace(matching.case, labels=labels)
        diagnosis = matching.diagnosis if labels is KEYS or matching.diagnosis is None else diagnose_case(case)
        told = cls(
            status=matching.status,
            canonical=matching.solution.canonical,
            caveats=caveats_out(matching),
            programme=matching.programme.name,
            seed=matching.seed,
            engine=matching.solution.engine,
            tiers=tiers_out(matching),
            gap=matching.solution.gap,
            pairs=[pair_out(pair, labels) for pair in matching.pairs],
            unmatched=list(map(unmatched_out, *matching.told_unmatched(labels))),
            chains=list(map(chain_out, matching.chains if labels is KEYS else chains(case))),
            rejected=rejected_out(matching.cohort, labels),
            remarks=remarks_out(matching.cohort),
            goal_prices=[
                GoalPriceOut(goal=price.goal, sentence=price_words(price), differences=price.differences)
                for price in matching.goal_prices
            ],
            kept_places=list(map(kept_places_out, matching.kept_places)),
            diagnosis=None if diagnosis is None else diagnosis_out(diagnosis),
        )
        return told if labels is KEYS else cls.model_validate(label_texts(told.model_dump(mode="json"), labels))


def label_texts(value: Any, labels: Labels) -> Any:
    """Return a value of JSON whose texts hold no key of anybody who is called otherwise."""
    match value:
        case str():
            return labels.text(value)
        case list():
            return [label_texts(each, labels) for each in value]
        case dict():
            return {labels.text(name): label_texts(each, labels) for name, each in value.items()}
        case _:
            return value


def kept_places_out(left: PlacesLeft) -> KeptPlacesOut:
    """Return what is left of kept places as the contract has it."""
    return KeptPlacesOut(
        rule=left.rule,
        kept=left.kept,
        left=left.left,
        free=dict(left.free),
        sentence=places_words(left),
        known=bool(left.asked),
        differences=left.differences if left.asked else {},
    )


def caveats_out(matching: Matching) -> list[CaveatOut]:
    """Return what has to be known before a matching is believed, as the contract has it."""
    return [CaveatOut(code=each.code, sentence=each.sentence) for each in matching.caveats]


def tiers_out(matching: Matching) -> list[TierOut]:
    """Return what a plan reaches in each goal, as the contract has it."""
    return [TierOut(goal=tier.goal, value=tier.value, bound=tier.bound) for tier in matching.solution.tiers]


def rejected_out(cohort: Cohort, labels: Labels = KEYS) -> list[RejectedOut]:
    """Return the rows that are nobody, as the contract has them; without keys that tell who people are if labelled."""
    keys = [row.key if labels is KEYS or not tells_who(row.key) else "" for row in cohort.rejected]
    return [
        RejectedOut(source=row.source, line=row.line, key=key, reason=row.reason)
        for row, key in zip(cohort.rejected, keys, strict=True)
    ]


def remarks_out(cohort: Cohort) -> list[RemarkOut]:
    """Return the remarks on the answers, as the contract has them."""
    return [RemarkOut(source=one.source, line=one.line, text=one.text) for one in cohort.remarks]


def unmatched_out(one: Unmatched, change: PossibleChange | None) -> UnmatchedOut:
    """Return somebody without a partner as the contract has it."""
    change_text = None if change is None else change_out(change)
    return UnmatchedOut(person=one.person, side=one.side, code=one.code, reason=one.reason, change=change_text)


def chain_out(one: Chain) -> ChainOut:
    """Return a chain as the contract has it."""
    values = {"mentors": list(one.mentors), "people": list(one.people), "mentees": list(one.mentees)}
    return ChainOut(**values, loop=one.loop, sentence=str(one))


def change_out(change: PossibleChange) -> ChangeOut:
    """Return a change as the contract has it."""
    return ChangeOut(code=change.code, sentence=change.sentence, cost=change.cost, people=list(change.people))


def conflict_out(conflict: RuleConflict) -> ConflictOut:
    """Return a conflict of rules as the contract has it."""
    rules = [rule.label for rule in conflict.rules]
    return ConflictOut(rules=rules, sentence=conflict.sentence, proved=conflict.proved)


def diagnosis_out(diagnosis: Diagnosis) -> DiagnosisOut:
    """Return a diagnosis as the contract has it."""
    conflict = diagnosis.conflict
    return DiagnosisOut(
        sentences=list(diagnosis.sentences),
        conflict=None if conflict is None else conflict_out(conflict),
        findings=[
            FindingOut(
                code=one.code,
                sentence=one.sentence,
                missing=one.missing,
                people=list(one.people),
                rules=list(one.rules),
                decisive=one.decisive,
            )
            for one in diagnosis.findings
        ],
        ways_out=list(map(change_out, diagnosis.ways_out)),
    )


def pair_out(pair: Pair, labels: Labels = KEYS) -> PairOut:
    """Return one pair as the contract has it, its people under these labels."""
    parts = [
        ContributionOut(
            criterion=part.criterion,
            kind=part.kind,
            group=part.group,
            points=part.share / 10_000,
            full=part.full / 10_000,
            answered=part.answered,
            reason=part.reason,
        )
        for part in pair.contributions
    ]
    return PairOut(
        mentor=labels.person("mentor", pair.mentor),
        mentee=labels.person("mentee", pair.mentee),
        points=pair.points,
        score=pair.score,
        answered=pair.answered,
        contributions=parts,
    )
