"""Feasibility before matching: capacities, needs without any offer, and people with few possible partners."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from mentormatch.base.arrays import BoolMatrix, BoolVector
from mentormatch.base.columns import NameLists
from mentormatch.errors import MentorMatchError
from mentormatch.explanation.diagnosis.findings import RuleInstance
from mentormatch.explanation.diagnosis.hall_violators import allowed_pairs, people_besides
from mentormatch.explanation.names import KEY_LABELS, Labels
from mentormatch.fields import ACROSS, SIDES, Side
from mentormatch.inspection.section import IntakeSection
from mentormatch.languages.phrases import counted
from mentormatch.languages.translation import tr
from mentormatch.people.cohort import Cohort, People
from mentormatch.programme.programme import Programme
from mentormatch.rules.rule import Market, Rule, eligible_people, forbidden_by_rule
from mentormatch.scoring.criterion import LIST_KINDS, Criterion, item_weights_of_sides, shared_items
from mentormatch.scoring.scores import score

MAX_FEW_PARTNERS = 2  # possible partners; people with at most this number are named
MAX_COUNTED_PAIRS = 40_000_000  # counting partners among more pairs would take minutes and gigabytes


@dataclass(frozen=True, slots=True)
class SideCapacity:
    """The capacity of one side: people, people taking part, places, and reasons for which people take no part.

    ``set_aside`` contains each reason with the number of people.
    """

    side: Side
    people: int
    taking_part: int
    places: int
    set_aside: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class UnmetNeed:
    """An option that mentees need and no mentor taking part offers, for one criterion."""

    criterion: str
    question: str
    option: str
    asked: int


@dataclass(frozen=True, slots=True)
class FewOptions:
    """A person with few possible partners, and these partners.

    ``others`` is the number of people taking part on the other side, ``leaving`` the number that each rule excludes.
    """

    person: str
    side: Side
    partners: tuple[str, ...]
    others: int
    leaving: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class PartnerCount:
    """A person taking part, and the number of possible partners."""

    person: str
    side: Side
    partners: int


@dataclass(frozen=True, slots=True)
class RuleExclusions:
    """The pairs of people taking part excluded by a rule, ``pairs`` (n, m) bool, with the letter of the rule."""

    rule: Rule
    letter: str
    pairs: BoolMatrix


@dataclass(frozen=True, slots=True)
class RuleReach:
    """The number of pairs of people taking part excluded by a rule, with the letter of the rule.

    ``alone`` is the number of these pairs that no other rule excludes.
    """

    letter: str
    rule: str
    pairs: int
    alone: int


@dataclass(frozen=True, slots=True, repr=False)
class Prospects(IntakeSection):
    """The feasibility of a programme before matching; ``problem`` is the reason if it cannot be computed."""

    macro = "prospects"

    seats: tuple[SideCapacity, ...] = ()
    possible: int = 0
    pairs: int = 0
    unmet: tuple[UnmetNeed, ...] = ()
    scarce: tuple[FewOptions, ...] = ()
    reach: tuple[PartnerCount, ...] = ()
    rules: tuple[RuleReach, ...] = ()
    problem: str = ""


def prospects(cohort: Cohort, programme: Programme, labels: Labels = KEY_LABELS) -> Prospects:
    """Return the feasibility of a programme under its rules, people named by ``labels``."""
    if programme.groups is not None or (programme.sessions is not None and not len(cohort.mentors)):
        return Prospects(
            problem=tr(
                "Ce programme ne forme pas de binômes : il n'y a pas de partenaires à compter, ni de places chez les"
                " mentor·es."
            )
        )
    if len(cohort.mentors) * len(cohort.mentees) > MAX_COUNTED_PAIRS:
        return Prospects(
            problem=tr(
                "Il y a trop de paires pour compter les partenaires possibles de chaque personne : formez les binômes,"
                " chaque personne sans binôme y est expliquée."
            )
        )
    scores = score(cohort, programme.criteria, programme.emphasis)
    try:
        instance = RuleInstance.of(cohort, scores, programme.rules, labels)
    except MentorMatchError as error:
        # The error could name people by their e-mail addresses
        return Prospects(
            problem=str(error)
            if labels is KEY_LABELS
            else tr(
                "Les règles ne peuvent pas être posées avec ces réponses : lancez `mentormatch match` pour savoir"
                " pourquoi."
            )
        )
    taking = {side: instance.loads(side).most > 0 for side in SIDES}
    allowed = allowed_pairs(instance.problem) & taking["mentor"][:, None] & taking["mentee"][None, :]
    return Prospects(
        seats=tuple(side_capacity(cohort, instance, side, taking[side]) for side in SIDES),
        possible=int(allowed.sum()),
        pairs=int(taking["mentor"].sum() * taking["mentee"].sum()),
        unmet=tuple(unmet_needs(cohort, programme, taking)),
        scarce=tuple(person for side in SIDES for person in few_options(instance, side, allowed)),
        reach=tuple(count for side in SIDES for count in partner_counts(instance, side, allowed)),
        rules=tuple(rule_reach(rule_exclusions(instance.rules, instance.market, tuple(taking.values())), labels)),
    )


RULE_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
"""Letters of rules, in the order of the programme; the last letter represents all further rules."""


def rule_exclusions(rules: Sequence[Rule], market: Market, taking: Sequence[BoolVector]) -> tuple[RuleExclusions, ...]:
    """Return the rules that exclude pairs of people taking part, each with its letter."""
    taking_part = taking[0][:, None] & taking[1][None, :]
    exclusions = [(rule, block & taking_part) for rule, block in forbidden_by_rule(rules, market)]
    effective = [(rule, block) for rule, block in exclusions if block.any()]
    return tuple(
        RuleExclusions(rule, RULE_LETTERS[min(index, len(RULE_LETTERS) - 1)], block)
        for index, (rule, block) in enumerate(effective)
    )


def letters_of(exclusions: Sequence[RuleExclusions], labels: Labels) -> list[tuple[str, str]]:
    """Return each letter with the name of its rule; rules that share the last letter are counted together."""
    sharing_last = [exclusion for exclusion in exclusions if exclusion.letter == RULE_LETTERS[-1]]
    letters = [
        (exclusion.letter, labels.rule(exclusion.rule))
        for exclusion in exclusions
        if exclusion.letter != RULE_LETTERS[-1] or len(sharing_last) == 1
    ]
    return (
        [*letters, (RULE_LETTERS[-1], counted(len(sharing_last), "autre règle", "autres règles"))]
        if len(sharing_last) > 1
        else letters
    )


def rule_reach(exclusions: Sequence[RuleExclusions], labels: Labels) -> Iterator[RuleReach]:
    """Yield the counts of pairs that each rule excludes, most pairs first."""
    if not exclusions:
        return
    exclusion_counts = np.sum([exclusion.pairs for exclusion in exclusions], axis=0, dtype=np.int16)
    for exclusion in sorted(exclusions, key=lambda exclusion: -int(exclusion.pairs.sum())):
        unique_count = int((exclusion.pairs & (exclusion_counts == 1)).sum())
        yield RuleReach(exclusion.letter, labels.rule(exclusion.rule), int(exclusion.pairs.sum()), unique_count)


def side_capacity(cohort: Cohort, instance: RuleInstance, side: Side, taking: BoolVector) -> SideCapacity:
    """Return the capacity of one side, and the number of people excluded for each reason; one may have several."""
    people = cohort.side(side)
    refused = [(instance.labels.rule(rule), rule.eligible(people, side)) for rule in instance.rules]
    idle = eligible_people(instance.rules, people, side) & ~taking
    reasons = [
        (tr("trop peu de réponses"), int((~people.complete).sum())),
        *((label, int((~admits).sum())) for label, admits in refused if admits is not None),
        (tr("aucune place cette année"), int(idle.sum())),
    ]
    counts = tuple((reason, count) for reason, count in reasons if count)
    return SideCapacity(side, len(people), int(taking.sum()), int(instance.loads(side).most.sum()), counts)


def unmet_needs(cohort: Cohort, programme: Programme, taking: dict[Side, BoolVector]) -> Iterator[UnmetNeed]:
    """Yield the options that mentees taking part need and no mentor taking part offers."""
    mentors, mentees = (cohort.side(side).take(np.flatnonzero(taking[side])) for side in SIDES)
    for criterion in programme.criteria:
        ours, theirs = criterion.fields_of("mentor"), criterion.fields_of("mentee")
        if len(ours) != 1 or len(theirs) != 1 or ours[0] not in mentors.columns or theirs[0] not in mentees.columns:
            continue
        options = unmet_options(criterion, mentors, mentees, programme)
        question = programme.fields[theirs[0]].question
        yield from (UnmetNeed(criterion.label, question, option, need_count) for option, need_count in options)


def unmet_options(
    criterion: Criterion, mentors: People, mentees: People, programme: Programme
) -> Iterator[tuple[str, int]]:
    """Yield the options of one criterion that no mentor offers, with the number of mentees; none if typed."""
    (ours,), (theirs,) = criterion.fields_of("mentor"), criterion.fields_of("mentee")
    kinds = {programme.fields[name].kind for name in (ours, theirs)}
    is_typed = isinstance(mentees.columns[theirs], NameLists) or isinstance(mentors.columns[ours], NameLists)
    if kinds <= set(LIST_KINDS) and not is_typed:
        yield from unmet_items(mentors, mentees, ours, theirs)
    elif kinds <= {"choice", "scale", "yesno"}:
        yield from unmet_answers(criterion, mentors, mentees, theirs)


def unmet_items(mentors: People, mentees: People, ours: str, theirs: str) -> Iterator[tuple[str, int]]:
    """Yield the items to which mentees give a weight and no mentor does, with the number of mentees."""
    offers, needs = item_weights_of_sides(mentors.columns[ours], mentees.columns[theirs])
    offered, needed = shared_items(offers, needs)
    is_offered = np.zeros(len(needs.labels), dtype=bool)
    is_offered[needed] = (offers.values[:, offered] > 0).any(axis=0)
    need_counts = (needs.values > 0).sum(axis=0)
    yield from (
        (needs.labels[item], int(need_counts[item])) for item in np.flatnonzero(~is_offered & (need_counts > 0))
    )


def unmet_answers(criterion: Criterion, mentors: People, mentees: People, theirs: str) -> Iterator[tuple[str, int]]:
    """Yield the answers of mentees that have no value above 0 with any mentor, with the number of mentees.

    The value of a pair depends only on the two answers, so one mentee represents all mentees with the same answer.
    """
    answers = mentees.codes(theirs)
    codes, first, counts = np.unique(answers.values[answers.known], return_index=True, return_counts=True)
    people = mentees.take(np.flatnonzero(answers.known)[first])
    values = np.nan_to_num(criterion.score(mentors, people))
    best = values.max(axis=0, initial=0.0)
    yield from (
        (answers.spoken_labels[code], int(count))
        for code, count, value in zip(codes, counts, best, strict=True)
        if not value
    )


def partner_counts(instance: RuleInstance, side: Side, allowed: BoolMatrix) -> Iterator[PartnerCount]:
    """Yield each participant of one side with the number of possible partners, fewest first."""
    counts = (allowed if side == "mentor" else allowed.T).sum(axis=1)
    taking = np.flatnonzero(instance.loads(side).most > 0)
    for row in taking[np.argsort(counts[taking], kind="stable")].tolist():
        yield PartnerCount(instance.name(side, row), side, int(counts[row]))


def few_options(instance: RuleInstance, side: Side, allowed: BoolMatrix) -> Iterator[FewOptions]:
    """Yield each participant of one side with few possible partners, fewest first.

    People with at least one possible partner are left out if all participants of the other side are possible.
    """
    block = allowed if side == "mentor" else allowed.T
    other_side_count = len(people_besides(instance, side, ()))
    counts = block.sum(axis=1)
    has_few_options = (
        (instance.loads(side).most > 0) & (counts <= MAX_FEW_PARTNERS) & ((counts < other_side_count) | (counts == 0))
    )
    for row in sorted(np.flatnonzero(has_few_options).tolist(), key=lambda person: int(counts[person])):
        partners = np.flatnonzero(block[row]).tolist()
        names = tuple(instance.name(ACROSS[side], partner) for partner in partners)
        yield FewOptions(instance.name(side, row), side, names, other_side_count, rules_excluding(instance, side, row))


def rules_excluding(instance: RuleInstance, side: Side, row: int) -> tuple[tuple[str, int], ...]:
    """Return the rules that exclude partners of one person, with the number of partners, in descending order."""
    candidates, person = people_besides(instance, side, ()), np.array([row], dtype=np.intp)
    part = instance.part(person, candidates) if side == "mentor" else instance.part(candidates, person)
    counts = [(instance.labels.rule(rule), int(block.sum())) for rule, block in forbidden_by_rule(instance.rules, part)]
    return tuple(sorted(((label, count) for label, count in counts if count), key=lambda pair: -pair[1]))
