"""Groups of peers at a desk: as they are, whom staff brought together or kept apart, and the year of each group.

Every gesture forms the groups anew from the answers and all wishes; one that leaves no groups changes nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations

from mentormatch.base.strict_json import JsonMessage
from mentormatch.errors import Problem, RequestError
from mentormatch.explanation.names import Labels
from mentormatch.groups.dates import Dates
from mentormatch.groups.formation import form_groups
from mentormatch.groups.partition import GOALS, FormedGroup, Grouping, capital
from mentormatch.groups.result import STANDING
from mentormatch.groups.rotation import MemberKeys
from mentormatch.groups.sessions import led_together, years_of
from mentormatch.groups.turns import Turns
from mentormatch.languages.phrases import counted, listed, points, thousands
from mentormatch.languages.translation import mark, tr
from mentormatch.people.cohort import Cohort
from mentormatch.programme.programme import Programme
from mentormatch.report.sessions import TABLES_SHOWN_AS_CARDS, GroupCard, make_card_sections
from mentormatch.service.desk.desk_requests import WishFor, WishKind
from mentormatch.service.desk.result_tables import (
    ANSWERED,
    DocumentLine,
    MonthOut,
    ResultDocument,
    SessionOut,
    TableOut,
    YearSpan,
    document_lines,
    join_lines,
    sessions_out,
    slot_of,
    tables_of,
)
from mentormatch.survey.contacts import Contacts

type GroupDates = tuple[Dates | None, Turns | None]
"""The dates of one group, and who presents at them."""

WHOLE, NEXT_GROUPS = "groupes.zip", "groupes.json"
"""The archive, and what the next edition is told."""
UNDONE = mark("Il n'y a rien à annuler : les groupes sont ceux des réponses seules")
SAME_PERSON = mark("Choisissez deux personnes différentes")
REFUSED: dict[WishKind, str] = {
    "together": mark("{people} ne peuvent pas être réuni·es : les groupes restent comme ils étaient."),
    "apart": mark("{people} ne peuvent pas être séparé·es : les groupes restent comme ils étaient."),
}
FREE = mark("séance sans présentation")


class GroupMember(JsonMessage):
    """Somebody, by opaque id, and what they are called."""

    id: str
    name: str


class GroupPart(JsonMessage):
    """A criterion of a group: its points in words, and its segment on a bar of 100."""

    criterion: str
    points: str
    full: str
    reason: str
    answered: bool
    start: float
    width: float
    tone: str


class GroupCardOut(JsonMessage):
    """One group in words; ``points`` is empty where nothing is compared."""

    heading: str
    size: str
    facilitator: str
    points: str
    known: str
    members: list[GroupMember]
    parts: list[GroupPart]


class WishOut(JsonMessage):
    """Two people who are together or apart because staff said so."""

    way: WishKind
    people: str


class GroupsOut(JsonMessage):
    """The groups as they are: what is said of them, the cards, wishes and what the last one changed, other tables."""

    answered: bool
    sentences: list[str]
    groups: list[GroupCardOut]
    people: list[GroupMember]
    wishes: list[WishOut]
    changed: str
    can_undo: bool
    tables: list[TableOut]


class LaneOut(JsonMessage):
    """The year of one group; ``trouble`` says why it has no sessions, empty where it has."""

    heading: str
    slot: str
    sessions: list[SessionOut]
    sentences: list[str]
    trouble: list[str]
    calendar: str


class YearOut(JsonMessage):
    """The year of all groups: its months, a lane a group, and groups that meet at the same time."""

    months: list[MonthOut]
    lanes: list[LaneOut]
    clashes: list[str]
    free: str


@dataclass(frozen=True, slots=True)
class MemberWish:
    """Two members who are to be together, or apart, by their keys."""

    way: WishKind
    people: MemberKeys


@dataclass(frozen=True, slots=True)
class GroupStage:
    """The groups under some wishes, and in words what these changed."""

    wishes: tuple[MemberWish, ...]
    grouping: Grouping
    changed: str = ""


@dataclass(eq=False)
class PeerGroups:
    """The groups of one cohort, and how they came about; ``past`` are those of an edition before."""

    cohort: Cohort
    programme: Programme
    contacts: Contacts
    past: Sequence[MemberKeys] = ()
    seed: int = 0
    time_limit_s: float | None = None
    named: bool = False
    stages: list[GroupStage] = field(default_factory=list)
    years: dict[tuple[FormedGroup, ...], list[GroupDates]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.stages = self.stages or [GroupStage((), self.form(()))]

    @property
    def now(self) -> GroupStage:
        """The groups as they are."""
        return self.stages[-1]

    @property
    def grouping(self) -> Grouping:
        """The groups, their people called by name where that is asked for, as documents have them."""
        found = self.now.grouping
        return found.named(self.contacts) if self.named else found

    @property
    def labels(self) -> Labels:
        """What people are called on the screen: never by an e-mail address."""
        return self.grouping.veiled.labels

    @property
    def title(self) -> str:
        """How many people are in how many groups, in a sentence."""
        return self.now.grouping.sentences[0]

    @property
    def answered(self) -> bool:
        """Whether there are groups."""
        return self.now.grouping.status in ANSWERED and bool(self.now.grouping.groups)

    def with_naming(self, *, named: bool) -> "PeerGroups":
        """Return the same groups, their people called by name, or by their codes."""
        return replace(self, named=named)

    def wish(self, wanted: WishFor) -> None:
        """Bring two people together or keep them apart; raises RequestError, with the reason, where that cannot be."""
        people = self._key(wanted.people[0]), self._key(wanted.people[1])
        if people[0] == people[1]:
            raise RequestError(tr(SAME_PERSON))
        kept = [one for one in self.now.wishes if set(one.people) != set(people)]
        self._go_on((*kept, MemberWish(wanted.way, people)), tr(REFUSED[wanted.way], people=self._list_people(people)))

    def lift(self, number: int) -> None:
        """Lift a wish by its number; raises RequestError where there is none of it."""
        wishes = self.now.wishes
        if number >= len(wishes):
            raise RequestError(tr(UNDONE))
        self._go_on((*wishes[:number], *wishes[number + 1 :]), tr("Les groupes restent comme ils étaient."))

    def undo(self) -> None:
        """Undo the last change; raises RequestError where there is none."""
        if len(self.stages) == 1:
            raise RequestError(tr(UNDONE))
        self.stages.pop()

    def _go_on(self, wishes: tuple[MemberWish, ...], refusal: str) -> None:
        found = self.form(wishes)
        if found.status not in ANSWERED or not found.groups:
            veiled = found.named(self.contacts) if self.named else found.veiled
            why = (
                [veiled.conflict.reason, *veiled.conflict.ways_out] if veiled.conflict else [tr(STANDING[found.status])]
            )
            raise RequestError(join_lines([refusal, *why]))
        self.stages.append(GroupStage(wishes, found, describe_change(self.now.grouping, found)))

    def form(self, wishes: Sequence[MemberWish]) -> Grouping:
        """Return the groups under some wishes."""
        together, apart = ([one.people for one in wishes if one.way == way] for way in ("together", "apart"))
        return form_groups(
            self.cohort,
            self.programme,
            seed=self.seed,
            together=together,
            apart=apart,
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
        """Return the groups in words."""
        grouping, labels = self.grouping, self.labels
        ids = {key: f"e{row}" for row, key in enumerate(self.cohort.members.ids, start=1)}
        shown = grouping.veiled
        cards = [each for deck in make_card_sections(shown, staff=True) for each in deck.cards]
        members = {key: GroupMember(id=ids[key], name=labels.person("mentee", key)) for key in ids}
        return GroupsOut(
            answered=self.answered,
            sentences=[*shown.sentences, *shown.staff_sentences],
            groups=[
                group_out(each, [members[key] for key in one.members])
                for each, one in zip(cards, grouping.groups, strict=True)
            ],
            people=sorted(members.values(), key=lambda one: one.name.casefold()),
            wishes=[WishOut(way=one.way, people=self._list_people(one.people)) for one in self.now.wishes],
            changed=self.now.changed,
            can_undo=len(self.stages) > 1,
            tables=tables_of(shown, TABLES_SHOWN_AS_CARDS),
        )

    def year(self) -> list[GroupDates]:
        """Return the dates of each group and who presents at them; raises MentorMatchError where none can be told."""
        if self.programme.sessions is None or not self.answered:
            return []
        for led in led_together(self.now.grouping.groups):
            if led not in self.years:
                self.years[led] = years_of(
                    self.cohort, self.programme, led, seed=self.seed, time_limit_s=self.time_limit_s
                )
        return self.dated

    def describe_year(self) -> YearOut:
        """Return the year in words."""
        groups, years = self.now.grouping.groups, relabel_years(self.year(), self.labels)
        span = YearSpan.of(turns for _, turns in years if turns is not None)
        return YearOut(
            months=list(span.months) if span else [],
            lanes=[self._lane(number, *one, span) for number, one in enumerate(years, start=1)],
            clashes=list(clashes(groups, years)),
            free=tr(FREE),
        )

    def _lane(self, number: int, dates: Dates | None, turns: Turns | None, span: YearSpan | None) -> LaneOut:
        said = [*(dates.sentences[1:] if dates else ()), *(dates.staff_sentences if dates else ())]
        heading = tr("Groupe\u00a0{number}", number=number)
        if turns is None:
            return LaneOut(heading=heading, slot="", sessions=[], sentences=[], trouble=said, calendar="")
        return LaneOut(
            heading=heading,
            slot=slot_of(turns),
            sessions=sessions_out(turns, dates, span),
            sentences=list(dict.fromkeys([*turns.sentences, *said])),
            trouble=[],
            calendar=f"groupe-{number}.ics" if turns.moments else "",
        )

    @property
    def dated(self) -> list[GroupDates]:
        """The same where it was worked out for every group as they are now; else nothing."""
        found = {
            group.number: year
            for led in led_together(self.now.grouping.groups)
            for group, year in zip(led, self.years.get(led, ()), strict=False)
        }
        groups = self.now.grouping.groups
        return [found[group.number] for group in groups] if len(found) == len(groups) else []

    @property
    def documents(self) -> dict[str, ResultDocument]:
        """The documents that can be kept, by name; those of the year once it was looked at."""
        if not self.answered:
            return {}
        grouping = self.grouping
        made = {
            "groupes.html": ResultDocument(grouping, tr("Qui est dans quel groupe, à donner à tous")),
            "groupes.xlsx": ResultDocument(grouping, tr("La même chose en classeur (Excel, LibreOffice)")),
            NEXT_GROUPS: ResultDocument(
                grouping, tr("Les groupes par codes : à déposer à l'édition suivante, ou pour une autre application")
            ),
            "equipe-groupes.html": ResultDocument(
                grouping, tr("Pour l'équipe seule : points, raisons, retrouvailles, réponses écartées"), staff=True
            ),
            "equipe-groupes.xlsx": ResultDocument(grouping, tr("La même chose en classeur, pour l'équipe"), staff=True),
        }
        years = relabel_years(self.dated, grouping.labels) if self.named else self.dated
        for number, (dates, turns) in enumerate(years, start=1):
            made |= dict(year_documents(number, dates, turns))
        return made

    @property
    def offered(self) -> list[DocumentLine]:
        """The documents that can be kept, and what each is for."""
        return document_lines(self.documents, WHOLE, named=self.named)


def group_out(one: GroupCard, members: list[GroupMember]) -> GroupCardOut:
    """Return a group as the page shows it."""
    return GroupCardOut(
        heading=one.heading,
        size=one.size,
        facilitator=one.facilitator,
        points=one.points if one.parts else "",
        known=one.answered,
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
            for part in one.parts
        ],
    )


def describe_change(before: Grouping, now: Grouping) -> str:
    """Return what each goal reached before and reaches now, where it is not the same; that nothing was lost else."""
    texts = [
        tr(
            "{goal} : {before} avant, {now} maintenant",
            goal=capital(tr(GOALS[tier.goal])),
            before=spell(tier.goal, former.value),
            now=spell(tier.goal, tier.value),
        )
        for former, tier in zip(before.tiers, now.tiers, strict=False)
        if former.value != tier.value
    ]
    return f"{' ; '.join(texts)}." if texts else tr("Cela ne coûte rien : les buts sont atteints comme avant.")


def spell(goal: str, value: int) -> str:
    """Return what a goal reaches in words."""
    return points(value) if goal in ("floor", "total") else thousands(value)


def relabel_years(years: Sequence[GroupDates], labels: Labels) -> list[GroupDates]:
    """Return the years of groups, their people called by labels."""
    return [(dates and dates.relabel(labels), turns and turns.relabel(labels)) for dates, turns in years]


def clashes(groups: Sequence[FormedGroup], years: Sequence[GroupDates]) -> Iterator[str]:
    """Yield the groups that have sessions at the same time, unless it is known that two people lead them."""
    starts = [{start for start, _ in turns.moments} if turns else set() for _, turns in years]
    led = [group.facilitator for group in groups]
    for (one, mine), (other, theirs) in combinations(enumerate(starts, start=1), 2):
        same = len(mine & theirs)
        if same and not (led[one - 1] and led[other - 1]):
            yield tr(
                "Les groupes {one} et {other} se réunissent au même moment, {times}. Si une même personne les anime,"
                " l'un des deux doit changer de créneau.",
                one=one,
                other=other,
                times=counted(same, "fois", "fois"),
            )


def year_documents(number: int, dates: Dates | None, turns: Turns | None) -> Iterator[tuple[str, ResultDocument]]:
    """Yield the documents on the year of one group."""
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
