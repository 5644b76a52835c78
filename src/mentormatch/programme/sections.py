"""The independent sections of a programme file: heading, goals, wordings, profiles, documents, sessions.

What is wrong with slots that are read by the clock: their hours, where people live, and what else asks for them.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, model_validator
from pydantic import Field as Setting

from mentormatch.base.immutable_models import Entries, FrozenDict, Items, Part
from mentormatch.errors import Problem
from mentormatch.fields import AnyField, Number, Slots
from mentormatch.fields.clock import (
    DAYS,
    LEAST_DAYS,
    OVERSEAS_ZONES,
    Day,
    Moment,
    SlotZone,
    minutes_in,
    overseas,
    weekday_of,
)
from mentormatch.fields.extension import Extension
from mentormatch.languages.phrases import quoted
from mentormatch.languages.text_keys import fold
from mentormatch.languages.translation import Language, mark, tr
from mentormatch.places.gazetteer import DEPARTEMENTS
from mentormatch.programme.validation_messages import enumerate_names, key_path, nearest
from mentormatch.rules.rule import Rule, rules_by_kind
from mentormatch.survey.table import Order

type Location = tuple[int | str, ...]
type Placed = tuple[Location, Extension]
type Goal = Literal["matched", "priority", "floor", "floor_person", "leximin", "total"]


def check_clocks(
    fields: Mapping[str, AnyField], extensions: Sequence[Placed], *, grouped: bool, later: Mapping[str, AnyField]
) -> Iterator[Problem]:
    """Yield what is wrong with the slots of a programme that are read by the clock.

    ``grouped``: it forms groups; ``later`` are the questions that are asked in the course of the year.
    """
    zoned = {name: field for name, field in fields.items() if isinstance(field, Slots) and field.zone}
    for name, field in zoned.items():
        if field.zone:
            for problem in (*check_hours(field.zone, field.days, field.moments), *check_zone_field(field.zone, fields)):
                yield replace(problem, where=key_path(("fields", name, *problem.where.split("."))))
    for where, extension in extensions:
        if grouped or not extension.by_the_clock:
            yield from unread(where, extension, zoned, tr(GROUPED if grouped else UNREAD))
    for name, question in later.items():
        if isinstance(question, Slots) and question.zone:
            yield Problem(key_path(("follow_up", "fields", name, "zone")), tr("un fuseau"), tr(LATER))


def unread(where: Location, extension: Extension, zoned: Collection[str], expected: str) -> Iterator[Problem]:
    """Yield that an extension asks for slots that are read by the clock, and does not read them so."""
    for reference in extension.references():
        if reference.field in zoned:
            found = tr("des créneaux en plusieurs fuseaux : {field}", field=quoted(reference.field))
            yield Problem(key_path((*where, reference.setting)), found, expected)


GROUPED = mark("pour des groupes, des créneaux à l'heure d'un seul lieu")
UNREAD = mark("« availability » ou « common », qui comparent les heures ; les autres comparent des noms de créneaux")
LATER = mark("rien : dans l'année, personne n'est comparé par ses créneaux")


def check_hours(zone: SlotZone, days: Sequence[str], moments: Sequence[str]) -> Iterator[Problem]:
    """Yield what is wrong with days, hours and period: all of them have to be known, and no hour be in two slots."""
    lost = [day for day in days if weekday_of(day) is None]
    if lost:
        yield Problem(
            "days", tr("pas un jour de la semaine : {days}", days=enumerate_names(lost)), enumerate_names(map(tr, DAYS))
        )
    known = {fold(moment): moment for moment in moments}
    hours = {fold(moment): minutes_in(said) for moment, said in zone.hours.items()}
    advice = tr("dites les heures de chaque moment, par exemple « 09:00-12:00 »")
    if missing := [moment for key, moment in known.items() if key not in hours]:
        found = tr("sans heures : {moments}", moments=enumerate_names(missing))
        yield Problem("zone.hours", found, tr("les heures de chaque moment"), advice)
    for moment in (moment for moment in zone.hours if fold(moment) not in known):
        found = tr("moment inconnu {moment}", moment=quoted(moment))
        yield Problem("zone.hours", found, enumerate_names(moments), nearest(moment, moments))
    ordered = sorted(hours.values())
    if any(end > start for (_, end), (start, _) in pairwise(ordered)):
        yield Problem("zone.hours", tr("deux moments qui se recouvrent"), tr("des heures qui se suivent"))
    if any(end - start < zone.minutes for start, end in ordered):
        expected = tr("{minutes} minutes au moins, comme le dit « minutes »", minutes=zone.minutes)
        yield Problem("zone.hours", tr("un moment plus court"), expected)
    if zone.last - zone.first < timedelta(days=LEAST_DAYS - 1):
        yield Problem("zone", tr("une période de moins d'une semaine"), tr("« from » et « to » à une semaine ou plus"))


def check_zone_field(zone: SlotZone, fields: Mapping[str, AnyField]) -> Iterator[Problem]:
    """Yield what is wrong with the question that tells where people live: a place, or a choice with known zones."""
    field = fields.get(zone.field)
    if field is None:
        found = tr("champ inconnu « {name} »", name=zone.field)
        yield Problem("zone.field", found, enumerate_names(fields), nearest(zone.field, fields))
    elif field.kind not in ("place", "choice"):
        found = tr("« {name} » est de genre « {kind} »", name=zone.field, kind=field.kind)
        yield Problem("zone.field", found, enumerate_names(("place", "choice")))
    elif field.use != "match" or field.side != "both":
        found = tr("« {name} » n'est pas une question posée aux deux côtés pour les binômes", name=zone.field)
        yield Problem("zone.field", found, tr("une question d'usage « match », posée aux deux côtés"))
    else:
        yield from check_zones(zone, field.column([]).labels if field.kind == "choice" else ())
        if field.kind == "place" and zone.zones:
            yield Problem("zone.zones", tr("des fuseaux pour un lieu"), tr("rien : le lieu dit le fuseau"))


def check_zones(zone: SlotZone, options: Sequence[str]) -> Iterator[Problem]:
    """Yield the answers of which no time zone is known, and the time zones of answers that are none."""
    said = {fold(answer): answer for answer in zone.zones}
    for option in options:
        if fold(option) not in said and fold(option) not in overseas():
            territories = [name for number, name in DEPARTEMENTS if number in OVERSEAS_ZONES]
            found = tr("aucun fuseau pour la réponse {answer}", answer=quoted(option))
            expected = tr(
                "un fuseau pour chaque réponse, ou un territoire : {names}", names=enumerate_names(territories)
            )
            yield Problem("zone.zones", found, expected, nearest(option, territories))
    if options:
        for answer in (answer for key, answer in said.items() if key not in map(fold, options)):
            found = tr("réponse inconnue {answer}", answer=quoted(answer))
            yield Problem("zone.zones", found, enumerate_names(options), nearest(answer, options))


class Role(Part):
    """The question that tells mentors from mentees where both answer in one file, and the answer of each.

    ``both`` is the answer of who is mentor and mentee at once; true: who ticks both answers is. Keys are common then.
    """

    field: str
    mentor: str
    mentee: str
    both: str | bool = Setting(default=False, exclude_if=lambda both: both is False)

    @property
    def answers(self) -> dict[str, str]:
        """The answers that tell a side, by setting."""
        said = {"mentor": self.mentor, "mentee": self.mentee, "both": self.both}
        return {setting: answer for setting, answer in said.items() if isinstance(answer, str)}

    def mistakes(self, field: AnyField) -> Iterator[Problem]:
        """Yield that two of the answers to the question are the same, or that nobody can give both."""
        values = [value for answer in self.answers.values() if (value := field.read(answer).value) is not None]
        if any(values.count(value) > 1 for value in values):
            found = tr("la même réponse pour les deux côtés")
            yield Problem("programme.role", found, tr("une réponse pour chaque côté"))
        if self.both is True and field.kind != "choices":
            expected = tr("l'option de qui est des deux côtés, comme both = {answer}", answer=quoted(tr("Les deux")))
            yield Problem("programme.role.both", tr("une question à une seule réponse"), expected)


UNNAMED = mark("Programme à nommer")
"""What a draft calls a programme until somebody gives it a name."""


class Heading(Part):
    """What the programme is called, and how answers are taken.

    ``minimum_answered`` is the share of the weight of the criteria that a person must have answered to be matched;
    ``email`` names the contact field that holds the e-mail address, where its id or question does not say so.
    ``keys``: whether the same key on both sides is the same person, "common", or each side has its own, "separate".
    ``both``: people may be mentor and mentee at once. Keys are common then, who ticks both roles has both, and the rule
    ``both_roles`` holds, in the words of the programme or as it is by itself: no two are each other's.
    """

    name: str
    language: Language = "fr"
    role: Role | None = None
    minimum_answered: float = Setting(default=0.0, ge=0, le=1)
    email: str | None = None
    keys: Literal["separate", "common"] = "separate"
    both: bool = Setting(default=False, exclude_if=lambda both: not both)

    @property
    def keys_are_common(self) -> bool:
        """Whether the same key on both sides is one person: said, or because an answer puts people on both."""
        return self.keys == "common" or self.both or (self.role is not None and self.role.both is not False)

    def with_rule_on_both(self, tables: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the tables of a programme with the rule that ``both`` stands for, where they do not state it."""
        rules = tables.get("rules", [])
        if not self.both or any(rule["kind"] == "both_roles" for rule in rules):
            return tables
        return {**tables, "rules": [*rules, {"kind": "both_roles"}]}


class Sharing(Part):
    """How anonymous profiles are shared: ``consent`` is the yes-or-no question without whose yes nobody has one.

    ``choices`` and ``refusals`` are how many people somebody may ask for, and set aside without a reason.
    """

    consent: str | None = None
    choices: int = Setting(default=3, ge=1)
    refusals: int = Setting(default=2, ge=0)


type GroupGoal = Literal["placed", "priority", "meetings", "floor", "total"]

GREATEST_GROUP = 12
"""In a greater group nobody has a turn in a year; it is refused."""


class Facilitation(Part):
    """Who leads groups: the question that tells, and the answers of who leads and of who is a member.

    ``seats`` is how many groups each leads: the same for all, or the id of a number field that they answer.
    """

    field: str
    facilitator: str
    member: str
    seats: int | str = 1


class Grouped(Part):
    """What groups are to be formed: of ``size`` people, or ``least`` to ``most``; ``number`` of them, or what fits.

    ``goals`` are pursued in this order: people placed, those with priority first, as few people meeting again as can
    be, the points of the worst group, those of all.
    """

    size: int | None = Setting(default=None, ge=2, le=GREATEST_GROUP)
    least: int | None = Setting(default=None, ge=1, le=GREATEST_GROUP)
    most: int | None = Setting(default=None, ge=2, le=GREATEST_GROUP)
    number: int | None = Setting(default=None, ge=1)
    facilitators: Facilitation | None = None
    goals: Items[GroupGoal] = Setting(default=("placed", "priority", "meetings", "total"), min_length=1)

    @model_validator(mode="after")
    def says_how_many(self) -> Self:
        """Refuse sizes that say nothing or cross, and a goal that comes twice."""
        if (self.size is None) == (self.least is None and self.most is None):
            raise ValueError(tr("il faut `size`, ou bien `least` et `most`"))
        if self.size is None and (self.least is None or self.most is None or self.least > self.most):
            raise ValueError(tr("il faut `least` et `most`, le second au moins égal au premier"))
        if len(set(self.goals)) < len(self.goals):
            raise ValueError(tr("un but est cité deux fois"))
        return self

    @property
    def sizes(self) -> tuple[int, int]:
        """The least and the greatest number of members of a group."""
        return (self.size, self.size) if self.size is not None else (self.least or 1, self.most or GREATEST_GROUP)

    def mistakes(self, fields: Mapping[str, AnyField]) -> Iterator[Problem]:
        """Yield each mention of a question or of an answer that is not there."""
        if not self.facilitators:
            return
        said = self.facilitators
        for setting in ("field", "seats"):
            name = getattr(said, setting)
            if isinstance(name, str) and name not in fields:
                found = tr("champ inconnu « {name} »", name=name)
                yield Problem(f"groups.facilitators.{setting}", found, enumerate_names(fields), nearest(name, fields))
        if isinstance(said.seats, str) and not isinstance(fields.get(said.seats, None), Number | None):
            found = tr("« {name} » n'est pas un nombre", name=said.seats)
            yield Problem("groups.facilitators.seats", found, quoted("number"))
        field = fields.get(said.field)
        for setting in ("facilitator", "member"):
            answer = getattr(said, setting)
            if options := field.options_without(answer) if field else ():
                found = tr("option inconnue « {answer} »", answer=answer)
                yield Problem(
                    f"groups.facilitators.{setting}", found, enumerate_names(options), nearest(answer, options)
                )


PLAIN: Mapping[str, object] = {"order": ["matched", "priority", "total"]}
"""The goals of pairs where a programme states none."""
NO_GROUPS = mark("la règle « {kind} » ne dit rien de groupes")
NO_PAIRS = mark("la règle « {kind} » ne dit rien de binômes")


def check_rules(rules: Iterable[tuple[Location, Rule]], *, grouped: bool, goals: object = None) -> Iterator[Problem]:
    """Yield the rules that say nothing of pairs, or of groups where these are formed, and goals of pairs there."""
    for where, rule in rules:
        if not (rule.of_groups if grouped else rule.of_pairs):
            kinds = [kind for kind, each in rules_by_kind().items() if (each.of_groups if grouped else each.of_pairs)]
            found = tr(NO_GROUPS if grouped else NO_PAIRS, kind=rule.kind)
            yield Problem(key_path((*where, "kind")), found, enumerate_names(kinds))
    if grouped and goals not in (None, {}, PLAIN):
        yield Problem("goals", tr("ces buts sont ceux de binômes"), tr("« goals » dans [groups]"))


type FurtherSheet = Literal["recruit", "incentives", "sturdy", "learn"]
"""What documents tell beside the pairs, which takes solving again."""


class Documents(Part):
    """What participants are handed: ``contacts`` are the contact fields that each reads of their partner.

    ``name`` is the contact field by which a sheet calls people, or several such fields, as first and last name;
    ``surname_first`` whether that one field has the last name before the first: people are called first name first.
    ``message`` is what the team says on every sheet, a paragraph a line; ``score`` whether the points of the pair are
    told.

    ``sheets`` are further sheets of the team's workbook, each of which takes solving again: whom to recruit next,
    whether anybody gains by answering otherwise, which plan holds best if somebody leaves, and what editions before
    teach. The page of the committee has a section of each but the second, which is for the team alone. ``details``:
    that page prints what makes the points of each pair, however many there are.
    """

    name: str | Annotated[Items[str], Setting(min_length=1)] | None = None
    surname_first: bool = False
    contacts: Items[str] = Setting(default_factory=tuple)
    message: str = ""
    score: bool = False
    details: bool = False
    sheets: Items[FurtherSheet] = Setting(default_factory=tuple)

    @property
    def names(self) -> tuple[str, ...]:
        """The contact fields by which people are called, in their order; none if people are called by their codes."""
        return (self.name,) if isinstance(self.name, str) else tuple(self.name or ())

    def mistakes(self, fields: Mapping[str, AnyField]) -> Iterator[Problem]:
        """Yield the contacts that are none of the programme's."""
        known = [name for name, field in fields.items() if field.use == "contact"]
        named = [("name", name) for name in self.names]
        for setting, name in [*named, *(("contacts", contact) for contact in self.contacts)]:
            if name not in known:
                found = tr("« {name} » n'est pas un champ d'usage « contact »", name=name)
                yield Problem(f"documents.{setting}", found, enumerate_names(known), nearest(name, known))


class Answered(Part):
    """Some answers to one question of the follow-up."""

    field: str
    answers: Items[str] = Setting(validation_alias="in", serialization_alias="in", min_length=1)


class Call(Answered):
    """Answers after which the team calls: ``why``, in words that stand after the person's code."""

    why: str


class Outcome(Answered):
    """Answers that say of a pair that it goes well: ``name`` is what that is called."""

    name: str


def rising(months: Sequence[int]) -> Sequence[int]:
    """Return ``months``; raise ValueError where they do not rise from one on."""
    if list(months) != sorted(set(months)) or months[0] < 1:
        raise ValueError(tr("des mois qui se suivent, à partir de 1"))
    return months


class FollowUp(Part):
    """What is asked during the year: ``months`` are when, ``fields`` the questions, as those of the first survey.

    ``partner`` is the question that tells of which partner somebody speaks who has several; ``stopped`` the answers
    that say that a pair meets no more, ``calls`` those after which the team calls, ``outcomes`` what is counted.
    """

    months: Annotated[Items[int], AfterValidator(rising)] = Setting(default=(1, 3, 6, 12), min_length=1)
    fields: Entries[str, AnyField] = Setting(default_factory=FrozenDict)
    partner: str | None = None
    stopped: Answered | None = None
    calls: Items[Call] = Setting(default_factory=tuple)
    outcomes: Items[Outcome] = Setting(default_factory=tuple)

    def mistakes(self) -> Iterator[Problem]:
        """Yield each mention of a question or of an answer that is not there."""
        if self.partner:
            yield from self._unknown("follow_up.partner", self.partner)
        for where, said in self._conditions():
            yield from self._unknown(where, said.field)
            yield from self._unsaid(where, said)

    def _conditions(self) -> Iterator[tuple[str, Answered]]:
        if self.stopped:
            yield "follow_up.stopped", self.stopped
        yield from ((key_path(("follow_up", "calls", place)), call) for place, call in enumerate(self.calls))
        yield from ((key_path(("follow_up", "outcomes", place)), said) for place, said in enumerate(self.outcomes))

    def _unknown(self, where: str, name: str) -> Iterator[Problem]:
        if name not in self.fields:
            found = tr("champ inconnu « {name} »", name=name)
            yield Problem(where, found, enumerate_names(self.fields), nearest(name, self.fields))

    def _unsaid(self, where: str, said: Answered) -> Iterator[Problem]:
        field = self.fields.get(said.field)
        for answer in said.answers:
            if options := field.options_without(answer) if field else ():
                found = tr("option inconnue « {answer} »", answer=answer)
                yield Problem(where, found, enumerate_names(options), nearest(answer, options))


MOST_SESSIONS = 366
"""More sessions than a year has days are a mistake."""


class Period(Part):
    """Days on which no session is held, both ends included, and why."""

    first: Day = Setting(validation_alias="from", serialization_alias="from")
    last: Day = Setting(validation_alias="to", serialization_alias="to")
    why: str = ""


class TurnWishes(Part):
    """The question that asks when somebody would present, and which answer means what; any other means no wish."""

    field: str
    early: str | None = None
    middle: str | None = None
    late: str | None = None

    @property
    def answers(self) -> dict[str, str]:
        """Return what each answer means that is stated."""
        said = {"early": self.early, "middle": self.middle, "late": self.late}
        return {answer: wish for wish, answer in said.items() if answer is not None}


def range_of_days(days: Sequence[int]) -> Sequence[int]:
    """Return ``days``; raise ValueError where they are no least and most."""
    if len(days) != 2 or not 0 < days[0] <= days[1]:
        raise ValueError(tr("un minimum et un maximum de jours, comme [21, 42]"))
    return days


class Sessions(Part):
    """The sessions of a group: how many, when they could be and when not, and the questions that ask about them.

    ``dates`` are the dates to choose from, by the answer that stands for each; ``topics``, ``attends``, ``wishes`` and
    ``urgent`` name the questions that ask for topics, for the dates or the slots when somebody can come, for when they
    would present, and whose case cannot wait. ``zones`` are those of France whose school holidays are days off.
    """

    number: int | None = Setting(default=None, ge=1, le=MOST_SESSIONS)
    per_session: int = Setting(default=1, ge=1)
    rounds: int = Setting(default=1, ge=1, le=MOST_SESSIONS)
    dates: Entries[str, Moment] = Setting(default_factory=FrozenDict)
    apart: Annotated[Items[int], AfterValidator(range_of_days)] = (21, 42)
    most_missed: int | None = Setting(default=None, ge=0)
    public_holidays: bool = True
    zones: Items[Literal["A", "B", "C"]] = ("A", "B", "C")
    blackouts: Items[Period] = Setting(default_factory=tuple)
    minutes: int = Setting(default=180, ge=1, le=1440)
    place: str = ""
    topics: str | None = None
    attends: str | None = None
    wishes: TurnWishes | None = None
    urgent: Answered | None = None

    @property
    def decides(self) -> tuple[str, ...]:
        """The operations that decide what is stated: those of which a question or a date is; all, where none is."""
        stated = {
            "topics": self.topics is not None,
            "dates": bool(self.attends or self.dates),
            "turns": self.wishes is not None or self.urgent is not None,
        }
        return tuple(operation for operation, known in stated.items() if known) or tuple(stated)

    def mistakes(self, fields: Mapping[str, AnyField]) -> Iterator[Problem]:
        """Yield each mention of a question that is not there or is of another kind, and periods that end too soon."""
        kinds = {"topics": ("choices", "ranking"), "attends": ("choices", "slots")}
        for setting, name in (("topics", self.topics), ("attends", self.attends)):
            if name is not None:
                yield from check_question(f"sessions.{setting}", name, fields, kinds[setting])
        for setting, said in (("wishes", self.wishes), ("urgent", self.urgent)):
            if said is not None:
                yield from check_question(f"sessions.{setting}.field", said.field, fields, ("choice", "yesno"))
        for place, period in enumerate(self.blackouts):
            if period.last < period.first:
                where = key_path(("sessions", "blackouts", place))
                yield Problem(where, tr("une période qui finit avant de commencer"), tr("un début avant la fin"))


def check_question(where: str, name: str, fields: Mapping[str, AnyField], kinds: Sequence[str]) -> Iterator[Problem]:
    """Yield that a question is not among the programme's, or of another kind."""
    if name not in fields:
        yield Problem(where, tr("champ inconnu « {name} »", name=name), enumerate_names(fields), nearest(name, fields))
    elif fields[name].kind not in kinds:
        found = tr("« {name} » est de genre « {kind} »", name=name, kind=fields[name].kind)
        yield Problem(where, found, enumerate_names(kinds))


def check_sections(
    sections: Iterable[Documents | Grouped | Sessions | None],
    follow_up: FollowUp | None,
    fields: Mapping[str, AnyField],
) -> Iterator[Problem]:
    """Yield what is wrong with the sections that mention questions."""
    for section in sections:
        yield from section.mistakes(fields) if section else ()
    yield from follow_up.mistakes() if follow_up else ()


def once(goals: Sequence[Goal]) -> Sequence[Goal]:
    """Return ``goals``; raise ValueError if a goal is repeated."""
    if len(set(goals)) < len(goals):
        raise ValueError(tr("un but est cité deux fois"))
    return goals


class Goals(Part):
    """The order in which goals are pursued, each without costing those before it."""

    order: Annotated[Items[Goal], AfterValidator(once)] = Setting(
        default=("matched", "priority", "total"), min_length=1
    )


class Wordings(Part):
    """Headers and answers of a file that differ in wording from the programme.

    ``questions`` maps a header to a field, to an item of a field (``field [item]``), or to nothing (an empty text).
    ``options`` maps, for each field, a text of the export to an answer of the programme. ``dates`` is the order of day
    and month in the dates of submission, for files in which both orders are possible.
    """

    questions: Entries[str, str] = Setting(default_factory=FrozenDict)
    options: Entries[str, Entries[str, str]] = Setting(default_factory=FrozenDict)
    dates: Order | None = None
