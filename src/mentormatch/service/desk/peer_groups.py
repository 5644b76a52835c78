"""Groups of peers: the current groups, the wishes of staff, and the year of each group.

Each wish forms the groups again from the answers and all wishes; a wish that allows no groups changes nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations

from mentormatch.assignment.model.solution import Status
from mentormatch.base.strict_json import JsonMessage
from mentormatch.errors import Problem, RequestError
from mentormatch.explanation.names import KEY_LABELS, Labels, codes
from mentormatch.groups.dates import Dates
from mentormatch.groups.formation import form_groups
from mentormatch.groups.partition import GOAL_NAMES, FormedGroup, Grouping, capitalise
from mentormatch.groups.result import STATUS_TEXTS
from mentormatch.groups.rotation import MemberKeys
from mentormatch.groups.sessions import led_together, years_of
from mentormatch.groups.turns import Turns
from mentormatch.languages.phrases import counted, listed, points, thousands
from mentormatch.languages.translation import mark, tr
from mentormatch.people.cohort import Cohort
from mentormatch.programme.programme import Programme
from mentormatch.report.sessions import TABLES_SHOWN_AS_CARDS, GroupCard, make_card_sections
from mentormatch.service.desk.desk_requests import AddWish, WishKind
from mentormatch.service.desk.document_names import DocumentName
from mentormatch.service.desk.result_tables import (
    ANSWERED_STATUSES,
    DocumentLine,
    MonthOut,
    ResultDocument,
    SessionOut,
    TableOut,
    YearSpan,
    document_lines,
    get_weekly_slot,
    join_lines,
    sessions_out,
    tables_of,
)
from mentormatch.survey.contacts import Contacts

type GroupDates = tuple[Dates | None, Turns | None]  # the dates of a group, and its presenters

NOTHING_TO_UNDO = mark("Il n'y a rien à annuler : les groupes sont ceux des réponses seules")
WISH_REFUSALS: dict[WishKind, str] = {
    "together": mark("{people} ne peuvent pas être réuni·es : les groupes restent comme ils étaient."),
    "apart": mark("{people} ne peuvent pas être séparé·es : les groupes restent comme ils étaient."),
}


class GroupMember(JsonMessage):
    """A member, by opaque id, with a label."""

    id: str
    name: str


class GroupPart(JsonMessage):
    """A criterion of a group: its points, and its segment on a bar of 100."""

    criterion: str
    points: str
    full: str
    reason: str
    answered: bool
    start: float
    width: float
    tone: str


class GroupCardOut(JsonMessage):
    """A group; ``points`` is empty if there are no criteria."""

    heading: str
    size: str
    facilitator: str
    points: str
    known: str
    members: list[GroupMember]
    parts: list[GroupPart]


class WishOut(JsonMessage):
    """Two people put together, or apart, by staff."""

    way: WishKind
    people: str


class GroupsOut(JsonMessage):
    """The current groups with their sentences, wishes, effect of the last wish, and tables.

    ``title`` is the result in one line, ``lead`` who has a place and what to look at; both are in ``sentences``, too.
    """

    answered: bool
    title: str
    lead: str
    sentences: list[str]
    groups: list[GroupCardOut]
    people: list[GroupMember]
    wishes: list[WishOut]
    changed: str
    can_undo: bool
    tables: list[TableOut]


class GroupYearOut(JsonMessage):
    """The year of a group; ``trouble`` lists the reasons if it has no sessions."""

    heading: str
    slot: str
    sessions: list[SessionOut]
    sentences: list[str]
    trouble: list[str]
    calendar: str


class YearOut(JsonMessage):
    """The year of all groups: months, one lane per group, and groups that meet at the same time."""

    months: list[MonthOut]
    lanes: list[GroupYearOut]
    clashes: list[str]
    free: str


@dataclass(frozen=True, slots=True)
class MemberWish:
    """Two members to put together, or apart, by key."""

    way: WishKind
    people: MemberKeys


@dataclass(frozen=True, slots=True)
class GroupsVersion:
    """The groups under some wishes, and the effect of the last wish."""

    wishes: tuple[MemberWish, ...]
    grouping: Grouping
    changed: str = ""


@dataclass(eq=False)
class GroupsStep:
    """The groups of a cohort with their history; ``past`` are the groups of the previous edition."""

    cohort: Cohort
    programme: Programme
    contacts: Contacts
    past: Sequence[MemberKeys] = ()
    seed: int = 0
    time_limit_s: float | None = None
    named: bool = False
    history: list[GroupsVersion] = field(default_factory=list)
    years: dict[tuple[FormedGroup, ...], list[GroupDates]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.history = self.history or [GroupsVersion((), self.solve(()))]

    @property
    def current(self) -> GroupsVersion:
        """The current groups."""
        return self.history[-1]

    @property
    def grouping(self) -> Grouping:
        """The groups with names if chosen, as in documents."""
        grouping = self.current.grouping
        return grouping.named(self.contacts) if self.named else grouping

    @property
    def labels(self) -> Labels:
        """The labels on the screen, never e-mail addresses."""
        return self.grouping.veiled.labels

    @property
    def title(self) -> str:
        """The number of people and groups, as a sentence."""
        return self.current.grouping.sentences[0]

    @property
    def answered(self) -> bool:
        """Whether there are groups that satisfy the rules."""
        return self.current.grouping.status in ANSWERED_STATUSES and bool(self.current.grouping.groups)

    def with_naming(self, *, named: bool) -> "GroupsStep":
        """Return the same groups with names or codes."""
        return replace(self, named=named)

    def add_wish(self, request: AddWish) -> None:
        """Put two people together or apart. Raises RequestError with the reason if that is impossible."""
        people = self._key(request.people[0]), self._key(request.people[1])
        if people[0] == people[1]:
            raise RequestError(tr("Choisissez deux personnes différentes"))
        remaining = [wish for wish in self.current.wishes if set(wish.people) != set(people)]
        self._apply_wishes(
            (*remaining, MemberWish(request.way, people)),
            tr(WISH_REFUSALS[request.way], people=self._list_people(people)),
        )

    def remove_wish(self, number: int) -> None:
        """Remove a wish by its number. Raises RequestError if it does not exist."""
        wishes = self.current.wishes
        if number >= len(wishes):
            raise RequestError(tr(NOTHING_TO_UNDO))
        self._apply_wishes((*wishes[:number], *wishes[number + 1 :]), tr("Les groupes restent comme ils étaient."))

    def undo(self) -> None:
        """Undo the last change. Raises RequestError if there is none."""
        if len(self.history) == 1:
            raise RequestError(tr(NOTHING_TO_UNDO))
        self.history.pop()

    def _apply_wishes(self, wishes: tuple[MemberWish, ...], refusal: str) -> None:
        solved = self.solve(wishes)
        if solved.status not in ANSWERED_STATUSES or not solved.groups:
            veiled = solved.named(self.contacts) if self.named else solved.veiled
            reasons = (
                [veiled.conflict.reason, *veiled.conflict.ways_out]
                if veiled.conflict
                else [tr(STATUS_TEXTS[solved.status])]
            )
            raise RequestError(join_lines([refusal, *reasons]))
        self.history.append(GroupsVersion(wishes, solved, describe_change(self.current.grouping, solved)))

    def solve(self, wishes: Sequence[MemberWish]) -> Grouping:
        """Return the groups under some wishes; none if the rules and wishes allow none."""
        together, separate = ([wish.people for wish in wishes if wish.way == way] for way in ("together", "apart"))
        return form_groups(
            self.cohort,
            self.programme,
            seed=self.seed,
            together=together,
            apart=separate,
            past=self.past,
            time_limit_s=self.time_limit_s,
        )

    def _key(self, person: str) -> str:
        row, ids = int(person[1:]) - 1, self.cohort.members.ids
        if row >= len(ids) or person[0] != "e":
            expected = tr("une personne de cette édition")
            raise RequestError(tr("Personne inconnue du tableau"), [Problem("id", person, expected)])
        return ids[row]

    def _list_people(self, people: Sequence[str]) -> str:
        return listed([self.labels.person("mentee", key) for key in people])

    def describe(self) -> GroupsOut:
        grouping, labels = self.grouping, self.labels
        ids = {key: f"e{row}" for row, key in enumerate(self.cohort.members.ids, start=1)}
        veiled = grouping.veiled
        cards = [card for deck in make_card_sections(veiled, staff=True) for card in deck.cards]
        members = {key: GroupMember(id=ids[key], name=labels.person("mentee", key)) for key in ids}
        return GroupsOut(
            answered=self.answered,
            title=format_title(grouping),
            lead=" ".join([format_placed(grouping), *veiled.remarks]),
            sentences=[*veiled.sentences, *veiled.staff_sentences],
            groups=[
                group_out(card, [members[key] for key in item.members])
                for card, item in zip(cards, grouping.groups, strict=True)
            ],
            people=sorted(members.values(), key=lambda item: item.name.casefold()),
            wishes=[WishOut(way=item.way, people=self._list_people(item.people)) for item in self.current.wishes],
            changed=self.current.changed,
            can_undo=len(self.history) > 1,
            tables=tables_of(veiled, TABLES_SHOWN_AS_CARDS),
        )

    def year(self) -> list[GroupDates]:
        """Return the dates and presenters of each group. Raises MentorMatchError if they cannot be computed."""
        if self.programme.sessions is None or not self.answered:
            return []
        for led in led_together(self.current.grouping.groups):
            if led not in self.years:
                self.years[led] = years_of(
                    self.cohort, self.programme, led, seed=self.seed, time_limit_s=self.time_limit_s
                )
        return self.computed_years

    def describe_year(self) -> YearOut:
        groups, years = self.current.grouping.groups, relabel_years(self.year(), self.labels)
        span = YearSpan.of(turns for _, turns in years if turns is not None)
        return YearOut(
            months=list(span.months) if span else [],
            lanes=[self._lane(number, *group_dates, span) for number, group_dates in enumerate(years, start=1)],
            clashes=list(find_clashes(groups, years)),
            free=tr("séance sans présentation"),
        )

    def _lane(self, number: int, dates: Dates | None, turns: Turns | None, span: YearSpan | None) -> GroupYearOut:
        remarks = [*(dates.sentences[1:] if dates else ()), *(dates.staff_sentences if dates else ())]
        heading = tr("Groupe\u00a0{number}", number=number)
        if turns is None:
            return GroupYearOut(heading=heading, slot="", sessions=[], sentences=[], trouble=remarks, calendar="")
        return GroupYearOut(
            heading=heading,
            slot=get_weekly_slot(turns),
            sessions=sessions_out(turns, dates, span),
            sentences=list(dict.fromkeys([*turns.sentences, *remarks])),
            trouble=[],
            calendar=f"groupe-{number}.ics" if turns.moments else "",
        )

    @property
    def computed_years(self) -> list[GroupDates]:
        """The dates and presenters per group, if computed for all current groups; else empty."""
        years = {
            group.number: year
            for led in led_together(self.current.grouping.groups)
            for group, year in zip(led, self.years.get(led, ()), strict=False)
        }
        groups = self.current.grouping.groups
        return [years[group.number] for group in groups] if len(years) == len(groups) else []

    @property
    def documents(self) -> dict[str, ResultDocument]:
        """The documents by name; those of the year once it is computed."""
        if not self.answered:
            return {}
        grouping = self.grouping.veiled
        documents = {
            "groupes.html": ResultDocument(grouping, tr("Qui est dans quel groupe, à donner à tous")),
            "groupes.xlsx": ResultDocument(grouping, tr("La même chose en classeur (Excel, LibreOffice)")),
            DocumentName.NEXT_GROUPS: ResultDocument(
                grouping,
                tr("Les groupes par codes : à déposer l'an prochain, ou pour une autre application"),
                has_keys=codes(self.cohort) is not KEY_LABELS,
            ),
            "equipe-groupes.html": ResultDocument(
                grouping, tr("Pour l'équipe seule : points, raisons, retrouvailles, réponses écartées"), staff=True
            ),
            "equipe-groupes.xlsx": ResultDocument(grouping, tr("La même chose en classeur, pour l'équipe"), staff=True),
        }
        years = relabel_years(self.computed_years, grouping.labels)
        for number, (dates, turns) in enumerate(years, start=1):
            documents |= dict(year_documents(number, dates, turns))
        return documents

    @property
    def document_lines(self) -> list[DocumentLine]:
        """The documents with their purposes."""
        return document_lines(self.documents, DocumentName.GROUPS, named=self.named)


def format_title(grouping: Grouping) -> str:
    """Return the number and the sizes of the groups, and whether no better groups are possible."""
    sizes = sorted({len(group.members) for group in grouping.groups})
    groups = counted(len(grouping.groups), "groupe")
    if len(sizes) == 1:
        groups = tr("{groups} de {size}", groups=groups, size=sizes[0])
    elif sizes:
        groups = tr("{groups} de {least} à {most}", groups=groups, least=sizes[0], most=sizes[-1])
    proved = grouping.status is Status.PROVED
    return tr("{groups}, et on ne peut pas faire mieux", groups=groups) if proved and sizes else groups


def format_placed(grouping: Grouping) -> str:
    placed = sum(len(group.members) for group in grouping.groups)
    return tr(
        "{placed} sur {all}.",
        placed=counted(placed, "personne placée", "personnes placées"),
        all=placed + len(grouping.unplaced),
    )


def group_out(card: GroupCard, members: list[GroupMember]) -> GroupCardOut:
    return GroupCardOut(
        heading=card.heading,
        size=card.size,
        facilitator=card.facilitator,
        points=card.points if card.parts else "",
        known=card.answered,
        members=members,
        parts=[
            GroupPart(
                criterion=part.criterion,
                points=part.points,
                full=part.full,
                reason=part.reason,
                answered=part.answered,
                start=part.start,
                width=part.width,
                tone=part.tone,
            )
            for part in card.parts
        ],
    )


def describe_change(before: Grouping, after: Grouping) -> str:
    """Return the goals whose values changed, or that none did."""
    texts = [
        tr(
            "{goal} : {before} avant, {now} maintenant",
            goal=capitalise(tr(GOAL_NAMES[tier.goal])),
            before=format_goal_value(tier.goal, former.value),
            now=format_goal_value(tier.goal, tier.value),
        )
        for former, tier in zip(before.tiers, after.tiers, strict=False)
        if former.value != tier.value
    ]
    return f"{' ; '.join(texts)}." if texts else tr("Cela ne coûte rien : les buts sont atteints comme avant.")


def format_goal_value(goal: str, value: int) -> str:
    return points(value) if goal in ("floor", "total") else thousands(value)


def relabel_years(years: Sequence[GroupDates], labels: Labels) -> list[GroupDates]:
    return [(dates and dates.relabel(labels), turns and turns.relabel(labels)) for dates, turns in years]


def find_clashes(groups: Sequence[FormedGroup], years: Sequence[GroupDates]) -> Iterator[str]:
    """Yield the pairs of groups that meet at the same time, unless both have a facilitator."""
    starts = [{start for start, _ in turns.moments} if turns else set() for _, turns in years]
    facilitators = [group.facilitator for group in groups]
    for (first, first_starts), (second, second_starts) in combinations(enumerate(starts, start=1), 2):
        shared = len(first_starts & second_starts)
        if shared and not (facilitators[first - 1] and facilitators[second - 1]):
            yield tr(
                "Les groupes {one} et {other} se réunissent au même moment, {times}. Si une même personne les anime,"
                " l'un des deux doit changer de créneau.",
                one=first,
                other=second,
                times=counted(shared, "fois", "fois"),
            )


def year_documents(number: int, dates: Dates | None, turns: Turns | None) -> Iterator[tuple[str, ResultDocument]]:
    """Yield the documents on the year of a group."""
    group = tr("groupe\u00a0{number}", number=number)
    if turns is not None and turns.moments:
        purpose = tr("Le calendrier du {group}, qui s'ouvre dans tout agenda", group=group)
        yield f"groupe-{number}.ics", ResultDocument(turns, purpose)
    if turns is not None:
        yield f"groupe-{number}.html", ResultDocument(turns, tr("Qui présente quand, {group}", group=group))
        yield f"groupe-{number}.xlsx", ResultDocument(turns, tr("La même chose en classeur, {group}", group=group))
    if dates is not None and dates.chosen:
        purpose = tr("Les dates du {group}, et celles qui sont écartées", group=group)
        yield f"groupe-{number}-dates.html", ResultDocument(dates, purpose)
