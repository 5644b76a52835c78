"""The solution of a group problem -> groups of people with reasons, sentences, sheets and JSON."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import ClassVar, Self

import numpy as np

from mentormatch.assignment.model.solution import Status, Tier
from mentormatch.base.arguments import checked
from mentormatch.base.columns import MultiChoice, Ranks
from mentormatch.explanation.names import KEY_LABELS, GivenNames, Labels, codes, cohort_labels, first_of
from mentormatch.explanation.tables import CellValue, ResultSheet, rejected_sheet, sheet
from mentormatch.fields import AnyField
from mentormatch.groups.certificate import GroupCertificate, certificate_in_words, certify_groups
from mentormatch.groups.infeasibility import (
    GroupConflict,
    GroupFormulation,
    GroupScores,
    PairShares,
    explain_conflict,
)
from mentormatch.groups.inputs import read_choices
from mentormatch.groups.problem import GroupSolution, pairs_in
from mentormatch.groups.result import Result
from mentormatch.languages.phrases import about, counted, listed, percent, points, thousands
from mentormatch.languages.translation import SpokenText, mark, once_spoken, own_language, tr, tr_n
from mentormatch.people.cohort import Cohort, People, RowFate
from mentormatch.programme.programme import Programme
from mentormatch.scoring.criterion import Criterion

MAX_ANSWERS_SHOWN = 4


def reason(criterion: Criterion, people: People, programme: Programme) -> str:
    """Return the answers behind a criterion as a phrase: the most frequent ones.

    For a criterion that values the group as a whole, the items that all have in common. Empty if the criterion depends
    on no question, on several, or on a confidential one.
    """
    fields = {reference.field for reference in criterion.references()} & set(people.columns)
    if len(fields) != 1 or any(is_private(programme.fields[name]) for name in fields):
        return ""
    field = fields.pop()
    if criterion.whole(people) is not None:
        return in_common(people, field)
    answer_counts = sort_by_count(Counter(answers_in(people, field)))
    phrases = [tr("{answer}\u00a0({count})", answer=answer, count=count) for answer, count in answer_counts]
    return first_of(phrases, MAX_ANSWERS_SHOWN) if phrases else tr("aucune réponse")


def answers_in(people: People, field: str) -> Iterator[str]:
    """Yield each answer to a question; several per person if they gave several."""
    column = people.columns[field]
    if isinstance(column, MultiChoice | Ranks):
        yield from (answer for choices in read_choices(column) for answer in choices or ())
    else:
        yield from (part for row in range(len(people)) for part in people.person(row).parts(field))


def is_private(field: AnyField) -> bool:
    # The answers to a question about people are confidential even if the programme does not declare it
    return field.private or bool(field.special) or field.kind == "names"


def sort_by_count(counts: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def in_common(people: People, field: str) -> str:
    """Return the items that all people who answered have in common, as a phrase."""
    column = people.members(field)
    has = column.values[np.flatnonzero(column.known)].astype(bool)
    names = [label for label, all_have in zip(column.labels, has.all(axis=0).tolist(), strict=True) if all_have]
    if not len(has) or not names:
        return tr("rien que tout le groupe ait en commun")
    return tr("tout le groupe : {answers}", answers=listed(names))


@dataclass(frozen=True, slots=True)
class GroupShare(SpokenText):
    """The points of a criterion in a group.

    Attributes
    ----------
    criterion, kind, group
        The label and kind of the criterion, and the heading under which it is listed.
    share, full
        The points reached and the maximum, in millionths per pair, summed over the pairs.
    answered
        The share of the pairs in which both people answered, in [0, 1]; for a criterion that values the group as a
        whole, 1 if all members answered, otherwise 0. 0 for a group of one.
    reason
        The answers behind the points, as a phrase; empty if they are confidential, or not of one question.
    pairs
        The number of pairs, 1 for a group of one.
    """

    criterion: str
    kind: str
    group: str | None
    share: int
    full: int
    answered: float
    reason: str = ""
    pairs: int = 1

    @property
    def mean_points(self) -> float:
        """The mean of ``share`` per pair, in points out of 100."""
        return self.share / 10_000 / self.pairs

    @property
    def mean_full_points(self) -> float:
        """The mean of ``full`` per pair, in points out of 100."""
        return self.full / 10_000 / self.pairs

    def in_words(self) -> str:
        share, full = points(self.share), points(self.full)
        return tr("{share} sur {full} {criterion}", share=share, full=full, criterion=self.criterion)


@dataclass(frozen=True, slots=True)
class FormedGroup(SpokenText):
    """A group: number, keys of the facilitator (empty: none) and the members, score, and contributions to the score.

    ``score`` is the sum over all pairs of members, in millionths; ``met`` contains the pairs with past meetings.
    """

    number: int
    facilitator: str
    members: tuple[str, ...]
    score: int
    contributions: tuple[GroupShare, ...]
    met: tuple[tuple[str, str], ...] = ()

    @property
    def points(self) -> float:
        """The mean score of the pairs, in points out of 100."""
        return self.score / 10_000 / max(pairs_in(len(self.members)), 1)

    def in_words(self) -> str:
        head = tr("Groupe {number} : {members}", number=self.number, members=listed(self.members))
        mean = points(self.score // max(pairs_in(len(self.members)), 1))
        lines = [head, tr("{points} points sur 100 par paire", points=mean)]
        if self.facilitator:
            lines.append(tr("animé par {person}", person=self.facilitator))
        return "\n".join([*lines, *map(str, self.contributions)])


@dataclass(frozen=True, slots=True)
class UnplacedMember(SpokenText):
    """A member without a group: key, a stable code, and the reason as a sentence."""

    person: str
    code: str
    reason: str

    def in_words(self) -> str:
        return about(self.person, self.reason)


LARGE_GROUP = 8  # people; in larger groups, turns become rare


@dataclass(frozen=True, repr=False, eq=False)
class Grouping(Result):
    """The groups of one cohort under one programme, with their problem and solution.

    Each member occurs once: in ``groups``, or in ``unplaced`` with a reason. Sentences, tables and pages show people by
    ``labels``: their keys, unless ``named`` or ``veiled`` replaced them. JSON and ``explain`` contain keys. Points,
    reasons and past meetings are confidential to staff.
    """

    made_by: ClassVar[str] = "mm.form_groups(cohort, programme)"

    kind: ClassVar[str] = "groups"
    cohort: Cohort
    programme: Programme
    scores: GroupScores
    formulation: GroupFormulation
    solution: GroupSolution
    language: str
    name: str = ""
    labels: Labels = KEY_LABELS

    @checked
    def named(self, names: GivenNames) -> Self:
        """Return the same groups with the names of people in documents; see ``Matching.save``."""
        return replace(self, labels=cohort_labels(names, self.cohort, self.programme))

    @property
    def veiled(self) -> Self:
        """The same groups, with codes for people if their keys identify them; unchanged if they have other labels."""
        return self if self.labels is not KEY_LABELS else replace(self, labels=codes(self.cohort))

    def name_of(self, key: str) -> str:
        """Return the label of a member."""
        return self.labels.person("mentee", key)

    @property
    def title(self) -> str:
        return tr("Groupes")

    @property
    def status(self) -> Status:
        return self.solution.status

    @property
    def settled(self) -> bool:
        return self.solution.settled

    @cached_property
    def certificate(self) -> GroupCertificate:
        """The certificate of the groups, computed without a solver."""
        return certify_groups(self.formulation.problem, self.solution)

    @once_spoken
    def proof_sentences(self) -> tuple[str, ...]:
        """Sentences on the check without a solver, and on remaining ties; empty unless proved or infeasible."""
        has_open_ties = self.status is Status.PROVED and not self.settled
        check_text = certificate_in_words(self.solution, self.certificate)
        ties_text = tr("Parmi les répartitions qui valent celle-ci, un autre calcul peut en donner une autre.")
        return tuple(filter(None, [check_text, ties_text if has_open_ties else ""]))

    @property
    def tiers(self) -> tuple[Tier, ...]:
        """The value and proved bound of each goal."""
        return self.solution.tiers

    @property
    def gap(self) -> int | None:
        """The gap of the first goal that is not proved, 0 if all are; None without a solution or a bound."""
        return self.solution.gap

    @once_spoken
    def groups(self) -> tuple[FormedGroup, ...]:
        """The groups, in the order of their first keys."""
        leaders = self.solution.leaders or (-1,) * len(self.solution.groups)
        led_groups = zip(self.solution.groups, leaders, strict=True)
        return tuple(self._form_group(number, *led_group) for number, led_group in enumerate(led_groups, 1))

    def _form_group(self, number: int, group: Sequence[int], leader: int) -> FormedGroup:
        rows = self.formulation.members[list(group)]
        parts = tuple(self._share(place, rows.tolist()) for place in range(len(self.scores.criteria)))
        ids, facilitator_ids = self.cohort.members.ids, self.cohort.facilitators.ids
        facilitator = facilitator_ids[self.formulation.facilitators[leader]] if leader >= 0 else ""
        meetings = self.formulation.problem.meetings
        pairs_met = [] if meetings is None else [(a, b) for a in group for b in group if a < b and meetings[a, b]]
        keys = [(ids[self.formulation.members[a]], ids[self.formulation.members[b]]) for a, b in pairs_met]
        score = sum(part.share for part in parts)
        return FormedGroup(number, facilitator, tuple(ids[row] for row in rows), score, parts, tuple(keys))

    def _share(self, place: int, rows: list[int]) -> GroupShare:
        criterion, weight, part = self.scores.criteria[place], self.scores.weights[place], self.scores.parts[place]
        pairs = pairs_in(len(rows))
        if isinstance(part, PairShares):
            # Both matrices count each pair twice; the diagonal of ``values`` is 0
            share, answered_pairs = (int(block[np.ix_(rows, rows)].sum()) for block in (part.values, part.known))
            share, answered_pairs = share // 2, (answered_pairs - int(part.known[rows, rows].sum())) // 2
        else:
            share, answered_pairs = part.shared.of(rows), pairs * int(part.shared.known[rows].all())
        full = int(np.rint(weight * 1_000_000)) * pairs
        answered = round(answered_pairs / pairs, 6) if pairs else 0.0
        phrase = reason(criterion, self.cohort.members.take(rows), self.programme)
        return GroupShare(
            criterion.label, criterion.kind, criterion.group, share, full, answered, phrase, max(pairs, 1)
        )

    @once_spoken
    def unplaced(self) -> tuple[UnplacedMember, ...]:
        """The members without a group, with the reason."""
        placed = {int(self.formulation.members[person]) for group in self.solution.groups for person in group}
        unplaced = [row for row in range(len(self.cohort.members)) if row not in placed]
        return tuple(UnplacedMember(self.cohort.members.ids[row], *self._code_and_reason(row)) for row in unplaced)

    def _code_and_reason(self, row: int) -> tuple[str, str]:
        people = self.cohort.members
        if not people.complete[row]:
            return "incomplete", tr("Trop peu de réponses pour être placée.")
        for rule in self.programme.rules:
            admits = rule.eligible(people, "mentee")
            if admits is not None and not admits[row]:
                return "refused", tr("Mise à part par la règle « {rule} ».", rule=self.labels.rule(rule))
        if not self.solution.groups:
            return "no_groups", tr("Aucun groupe n'a été formé.")
        return self._participant_reason(row)

    def _participant_reason(self, row: int) -> tuple[str, str]:
        """Return code and reason for a participant: each group contains a forbidden meeting, or places are too few."""
        problem = self.formulation.problem
        person = int(np.flatnonzero(self.formulation.members == row)[0])
        forbidden = [group for group in self.solution.groups if problem.apart[person, list(group)].any()]
        if len(forbidden) == len(self.solution.groups):
            return "nobody_to_meet", tr("Dans chaque groupe, une règle interdit une rencontre.")
        return "full", tr("Il n'y a pas assez de places pour tout le monde dans les groupes que les règles permettent.")

    @property
    def rejected(self) -> tuple[RowFate, ...]:
        """The rows of the survey without a member: rejected, or replaced by another answer of the same person."""
        return self.cohort.rejected

    @property
    def repeats(self) -> int:
        """The number of past meetings of the pairs in the groups."""
        return self.formulation.problem.value("meetings", self.solution.groups)

    @once_spoken
    def conflict(self) -> GroupConflict | None:
        """The reason why some participants have no place, with remedies; None if all have, or if no reason is found.

        Computed at the first access, for about 15 s at most.
        """
        placed = sum(map(len, self.solution.groups))
        if placed == len(self.formulation.problem) and self.status is not Status.INFEASIBLE:
            return None
        return explain_conflict(self.cohort, self.programme, self.scores, self.formulation, self.labels)

    @once_spoken
    def remarks(self) -> tuple[str, ...]:
        """A remark if groups are so large that turns are rare."""
        size = max((len(group.members) for group in self.groups), default=0)
        if size <= LARGE_GROUP:
            return ()
        return (
            tr(
                "{size} personnes dans un groupe : au-delà de {most}, chacun présente rarement.",
                size=size,
                most=LARGE_GROUP,
            ),
        )

    @cached_property
    def contributions(self) -> int:
        """The sum of all shares, which equals the value of the goal ``total``."""
        return sum(share.share for group in self.groups for share in group.contributions)

    @own_language
    def explain(self) -> str:
        """Return the status, the goals, the conflict if any, the groups and the unplaced members as text."""
        lines = [goal_in_words(tier) for tier in self.tiers]
        head, conflict = tr("État : {status}", status=str(self.status)), [str(self.conflict)] if self.conflict else []
        return "\n".join([head, *lines, *conflict, *map(str, self.groups), *map(str, self.unplaced)])

    @property
    @own_language
    def sentences(self) -> tuple[str, ...]:
        return tuple(sentences(self))

    @property
    @own_language
    def staff_sentences(self) -> tuple[str, ...]:
        return tuple(staff_sentences(self))

    @property
    @own_language
    def sheets(self) -> dict[str, ResultSheet]:
        return sheets(self)

    @property
    @own_language
    def staff_sheets(self) -> dict[str, ResultSheet]:
        return staff_sheets(self)

    @property
    @own_language
    def shown_sentences(self) -> tuple[str, ...]:
        return (*self.sentences, *conflict_sentences(self))

    @property
    @own_language
    def shown_sheets(self) -> dict[str, ResultSheet]:
        return {**self.sheets, "unplaced": unplaced_sheet(self)}

    @property
    def as_dict(self) -> dict[str, object]:
        return public_json(self)

    @property
    @own_language
    def as_dict_for_staff(self) -> dict[str, object]:
        return staff_json(self if self.labels is KEY_LABELS else replace(self, labels=codes(self.cohort)))

    def __repr__(self) -> str:
        return f"Grouping({len(self.solution.groups)} groups, {self.status})"  # a notebook saves what it shows


GOAL_NAMES = {
    "placed": mark("personnes placées"),
    "priority": mark("priorités"),
    "meetings": mark("retrouvailles"),
    "floor": mark("points du groupe le plus faible"),
    "total": mark("total des points"),
}


def sentences(grouping: "Grouping") -> Iterator[str]:
    """Yield the sentences for participants, which name no people, the most important ones at the start."""
    yield sizes_in_words(grouping)
    yield from grouping.proof_sentences or (grouping.standing,)
    count = len(grouping.unplaced)
    if count:
        yield tr_n(
            "{number} personne n'a pas de groupe.", "{number} personnes n'ont pas de groupe.", count, number=count
        )
    yield from grouping.remarks


def sizes_in_words(grouping: "Grouping") -> str:
    """Return a sentence with the number of people and of groups, and the range of sizes."""
    sizes = sorted({len(group.members) for group in grouping.groups})
    if not sizes:
        return tr("Aucun groupe n'a été formé.")
    people = counted(sum(len(group.members) for group in grouping.groups), "personne")
    groups = counted(len(grouping.groups), "groupe")
    if len(sizes) == 1:
        return tr("{people} en {groups} de {size}.", people=people, groups=groups, size=sizes[0])
    return tr(
        "{people} en {groups}, de {least} à {most}.", people=people, groups=groups, least=sizes[0], most=sizes[-1]
    )


def staff_sentences(grouping: "Grouping") -> Iterator[str]:
    """Yield the sentences for staff: each goal with its proof or gap, the conflict, and the number of rejected rows."""
    yield from (f"{capitalise(goal_in_words(tier))}." for tier in grouping.tiers)
    yield from conflict_sentences(grouping)
    count = len(grouping.rejected)
    if count:
        yield tr_n("{number} réponse est écartée.", "{number} réponses sont écartées.", count, number=count)


def conflict_sentences(grouping: "Grouping") -> Iterator[str]:
    if grouping.conflict is not None:
        yield grouping.conflict.reason
        yield from grouping.conflict.ways_out


def capitalise(text: str) -> str:
    """Return the text with a capital first letter.

    >>> capitalise("total des points")
    'Total des points'
    """
    return f"{text[:1].upper()}{text[1:]}"


BOUND_SHOWN_MAX_GAP = 0.05  # a more distant bound on points says nothing about the quality of the groups


def goal_in_words(tier: Tier) -> str:
    """Return the value of a goal as a phrase, followed by "proved", or by the bound and the relative gap.

    A bound on points is omitted if this gap exceeds ``BOUND_SHOWN_MAX_GAP``.
    """
    figures = points if tier.goal in ("floor", "total") else thousands
    name, value = tr(GOAL_NAMES[tier.goal]), figures(tier.value)
    if tier.proved:
        return tr("{goal} : {value}, prouvé", goal=name, value=value)
    if tier.bound is None:
        return tr("{goal} : {value}, sans borne connue", goal=name, value=value)
    gap = abs(tier.bound - tier.value) / max(abs(tier.bound), 1)
    if gap > BOUND_SHOWN_MAX_GAP and figures is points:
        return tr("{goal} : {value}, et aucune borne proche n'est connue", goal=name, value=value)
    bound = figures(tier.bound)
    return tr("{goal} : {value}, borne {bound} (écart {gap})", goal=name, value=value, bound=bound, gap=percent(gap, 1))


def sheets(grouping: "Grouping") -> dict[str, ResultSheet]:
    """Return the sheets for participants: the members of each group, and its facilitator if any group has one."""
    leader = [("facilitator", tr("Animé par"))] if any(group.facilitator for group in grouping.groups) else []
    columns = [("group", tr("Groupe")), ("member", tr("Membre")), *leader]
    rows = (row[: len(columns)] for group in grouping.groups for row in member_rows(grouping, group))
    return {"groups": sheet(columns, rows)}


def member_rows(grouping: "Grouping", group: "FormedGroup") -> Iterator[tuple[CellValue, ...]]:
    """Yield a row per member: the number of the group, the member, and the facilitator (empty if there is none)."""
    leader = grouping.labels.person("mentor", group.facilitator) if group.facilitator else ""
    yield from ((group.number, grouping.name_of(key), leader) for key in group.members)


def staff_sheets(grouping: "Grouping") -> dict[str, ResultSheet]:
    return {
        "scores": score_sheet(grouping),
        "shares": share_sheet(grouping),
        "unplaced": unplaced_sheet(grouping),
        "met": met_sheet(grouping),
        "rejected": rejected_sheet(grouping.rejected),
    }


def score_sheet(grouping: "Grouping") -> ResultSheet:
    """Return the points of each group, as the mean of its pairs, and its number of pairs with past meetings."""
    columns = [("group", tr("Groupe")), ("size", tr("Personnes")), ("points", tr("Points sur 100"))]
    columns.append(("again", tr("Retrouvailles")))
    groups = grouping.groups
    return sheet(columns, ((group.number, len(group.members), group.points, len(group.met)) for group in groups))


def share_sheet(grouping: "Grouping") -> ResultSheet:
    """Return the points per pair of each criterion in each group, which add up to the points of the group."""
    columns = [
        ("group", tr("Groupe")),
        ("heading", tr("Rubrique")),
        ("criterion", tr("Critère")),
        ("points", tr("Points")),
        ("full", tr("Sur")),
        ("answered", tr("Part connue")),
        ("reason", tr("Pourquoi")),
    ]
    rows = (share_row(group, share) for group in grouping.groups for share in group.contributions)
    return sheet(columns, rows)


def share_row(group: "FormedGroup", share: "GroupShare") -> tuple[CellValue, ...]:
    pairs = 10_000 * max(pairs_in(len(group.members)), 1)
    heading, full = share.group or "", share.full / pairs
    return group.number, heading, share.criterion, share.share / pairs, full, share.answered, share.reason


def unplaced_sheet(grouping: "Grouping") -> ResultSheet:
    columns = [("member", tr("Membre")), ("code", tr("Code")), ("reason", tr("Raison"))]
    rows = ((grouping.name_of(member.person), member.code, member.reason) for member in grouping.unplaced)
    return sheet(columns, rows)


def met_sheet(grouping: "Grouping") -> ResultSheet:
    """Return the pairs of each group who were in one group before."""
    columns = [("group", tr("Groupe")), ("member", tr("Membre")), ("other", tr("A déjà rencontré"))]
    name_of = grouping.name_of
    return sheet(columns, ((group.number, name_of(a), name_of(b)) for group in grouping.groups for a, b in group.met))


def public_json(grouping: "Grouping") -> dict[str, object]:
    return {
        "status": str(grouping.status),
        "certificate": str(grouping.certificate.verdict),
        "groups": [
            {"number": group.number, "facilitator": group.facilitator or None, "members": list(group.members)}
            for group in grouping.groups
        ],
        "without_group": len(grouping.unplaced),
    }


def staff_json(grouping: "Grouping") -> dict[str, object]:
    """Return the JSON for staff: the public one, and confidential data such as scores, reasons and rejected rows."""
    conflict = grouping.conflict
    return public_json(grouping) | {
        "groups": [group_json(group) for group in grouping.groups],
        "tiers": [{"goal": tier.goal, "value": tier.value, "bound": tier.bound} for tier in grouping.tiers],
        "gap": grouping.gap,
        "unplaced": [
            {"member": member.person, "code": member.code, "reason": member.reason} for member in grouping.unplaced
        ],
        "repeats": grouping.repeats,
        "conflict": None
        if conflict is None
        else {"code": conflict.code, "reason": conflict.reason, "ways_out": list(conflict.ways_out)},
        "rejected": [{"line": row.line, "fate": row.fate, "reason": row.reason} for row in grouping.rejected],
    }


def group_json(group: "FormedGroup") -> Mapping[str, object]:
    return {
        "number": group.number,
        "facilitator": group.facilitator or None,
        "members": list(group.members),
        "score": group.score,
        "contributions": [
            {
                "criterion": share.criterion,
                "kind": share.kind,
                "group": share.group,
                "share": share.share,
                "full": share.full,
                "answered": share.answered,
                "reason": share.reason,
            }
            for share in group.contributions
        ],
        "met": [list(pair) for pair in group.met],
    }
