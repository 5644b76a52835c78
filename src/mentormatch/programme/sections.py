"""The sections of a programme file: heading, profiles, groups, documents, follow-up, sessions, goals, wordings.

The first functions check slots with hours: their hours, the homes of people, and the criteria and rules that use them.
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
from mentormatch.programme.validation_messages import enumerate_names, key_path, nearest_hint
from mentormatch.rules.rule import Rule, rules_by_kind
from mentormatch.survey.table import Order

type Location = tuple[int | str, ...]
type Placed = tuple[Location, Extension]
type Goal = Literal["matched", "priority", "floor", "floor_person", "leximin", "total"]


def find_clock_problems(
    fields: Mapping[str, AnyField], extensions: Sequence[Placed], *, grouped: bool, later: Mapping[str, AnyField]
) -> Iterator[Problem]:
    """Yield the problems of slots that are read by the clock.

    ``grouped``: the programme forms groups; ``later`` are the questions asked during the year.
    """
    zoned = {name: field for name, field in fields.items() if isinstance(field, Slots) and field.zone}
    for name, field in zoned.items():
        if field.zone:
            for problem in (
                *find_hour_problems(field.zone, field.days, field.moments),
                *find_zone_field_problems(field.zone, fields),
            ):
                yield replace(problem, where=key_path(("fields", name, *problem.where.split("."))))
    if grouped:
        expected = tr("pour des groupes, des créneaux à l'heure d'un seul lieu")
    else:
        expected = tr(
            "« availability » ou « common », qui comparent les heures ; les autres comparent des noms de créneaux"
        )
    for where, extension in extensions:
        if grouped or not extension.by_the_clock:
            yield from find_unread_slots(where, extension, zoned, expected)
    for name, question in later.items():
        if isinstance(question, Slots) and question.zone:
            yield Problem(
                key_path(("follow_up", "fields", name, "zone")),
                tr("un fuseau"),
                tr("rien : dans l'année, personne n'est comparé par ses créneaux"),
            )


def find_unread_slots(
    where: Location, extension: Extension, zoned: Collection[str], expected: str
) -> Iterator[Problem]:
    for reference in extension.references():
        if reference.field in zoned:
            cause = tr("des créneaux en plusieurs fuseaux : {field}", field=quoted(reference.field))
            yield Problem(key_path((*where, reference.setting)), cause, expected)


def find_hour_problems(zone: SlotZone, days: Sequence[str], moments: Sequence[str]) -> Iterator[Problem]:
    """Yield the problems of days, hours and period: all must be known, and hours of two slots must not overlap."""
    unknown_days = [day for day in days if weekday_of(day) is None]
    if unknown_days:
        yield Problem(
            "days",
            tr("pas un jour de la semaine : {days}", days=enumerate_names(unknown_days)),
            enumerate_names(map(tr, DAYS)),
        )
    names = {fold(moment): moment for moment in moments}
    hours = {fold(moment): minutes_in(text) for moment, text in zone.hours.items()}
    advice = tr("dites les heures de chaque moment, par exemple « 09:00-12:00 »")
    if missing := [moment for key, moment in names.items() if key not in hours]:
        cause = tr("sans heures : {moments}", moments=enumerate_names(missing))
        yield Problem("zone.hours", cause, tr("les heures de chaque moment"), advice)
    for moment in (moment for moment in zone.hours if fold(moment) not in names):
        cause = tr("moment inconnu {moment}", moment=quoted(moment))
        yield Problem("zone.hours", cause, enumerate_names(moments), nearest_hint(moment, moments))
    ordered = sorted(hours.values())
    if any(end > start for (_, end), (start, _) in pairwise(ordered)):
        yield Problem("zone.hours", tr("deux moments qui se recouvrent"), tr("des heures qui se suivent"))
    if any(end - start < zone.minutes for start, end in ordered):
        expected = tr("{minutes} minutes au moins, comme le dit « minutes »", minutes=zone.minutes)
        yield Problem("zone.hours", tr("un moment plus court"), expected)
    if zone.last - zone.first < timedelta(days=LEAST_DAYS - 1):
        yield Problem("zone", tr("une période de moins d'une semaine"), tr("« from » et « to » à une semaine ou plus"))


def find_zone_field_problems(zone: SlotZone, fields: Mapping[str, AnyField]) -> Iterator[Problem]:
    """Yield the problems of the question on homes, which both sides answer: a place, or options with time zones."""
    field = fields.get(zone.field)
    if field is None:
        cause = tr("champ inconnu « {name} »", name=zone.field)
        yield Problem("zone.field", cause, enumerate_names(fields), nearest_hint(zone.field, fields))
    elif field.kind not in ("place", "choice"):
        cause = tr("« {name} » est de genre « {kind} »", name=zone.field, kind=field.kind)
        yield Problem("zone.field", cause, enumerate_names(("place", "choice")))
    elif field.use != "match" or field.side != "both":
        cause = tr("« {name} » n'est pas une question posée aux deux côtés pour les binômes", name=zone.field)
        yield Problem("zone.field", cause, tr("une question d'usage « match », posée aux deux côtés"))
    else:
        yield from find_zone_problems(zone, getattr(field, "options", ()))
        if field.kind == "place" and not field.options and zone.zones:
            yield Problem("zone.zones", tr("des fuseaux pour un lieu"), tr("rien : le lieu dit le fuseau"))


def find_zone_problems(zone: SlotZone, options: Sequence[str]) -> Iterator[Problem]:
    """Yield the answers without a known time zone, and the time zones of unknown answers."""
    zoned = {fold(answer): answer for answer in zone.zones}
    for option in options:
        if fold(option) not in zoned and fold(option) not in overseas():
            territories = [name for number, name in DEPARTEMENTS if number in OVERSEAS_ZONES]
            cause = tr("aucun fuseau pour la réponse {answer}", answer=quoted(option))
            expected = tr(
                "un fuseau pour chaque réponse, ou un territoire : {names}", names=enumerate_names(territories)
            )
            yield Problem("zone.zones", cause, expected, nearest_hint(option, territories))
    if options:
        for answer in (answer for key, answer in zoned.items() if key not in map(fold, options)):
            cause = tr("réponse inconnue {answer}", answer=quoted(answer))
            yield Problem("zone.zones", cause, enumerate_names(options), nearest_hint(answer, options))


class Role(Part):
    """The question that separates mentors from mentees if both answer in one file, with the answer of each side.

    ``both`` is the answer of people who are mentor and mentee; if true, they tick both answers. Keys are then common.
    """

    field: str
    mentor: str
    mentee: str
    both: str | bool = Setting(default=False, exclude_if=lambda both: both is False)

    @property
    def answers(self) -> dict[str, str]:
        """The answers that identify a side, by setting."""
        settings = {"mentor": self.mentor, "mentee": self.mentee, "both": self.both}
        return {setting: answer for setting, answer in settings.items() if isinstance(answer, str)}

    def mistakes(self, field: AnyField) -> Iterator[Problem]:
        """Yield the problems of equal answers for two sides, and of ``both`` for a question with a single answer."""
        values = [value for answer in self.answers.values() if (value := field.read(answer).value) is not None]
        if any(values.count(value) > 1 for value in values):
            cause = tr("la même réponse pour les deux côtés")
            yield Problem("programme.role", cause, tr("une réponse pour chaque côté"))
        if self.both is True and field.kind != "choices":
            expected = tr("l'option de qui est des deux côtés, comme both = {answer}", answer=quoted(tr("Les deux")))
            yield Problem("programme.role.both", tr("une question à une seule réponse"), expected)


UNNAMED_PROGRAMME = mark("Programme à nommer")  # the name of a programme in a draft


class Heading(Part):
    """The name of the programme, and how answers are read.

    ``minimum_answered`` is the share of the weight of the criteria that a person must have answered to be matched.
    ``email`` names the contact field with e-mail addresses, if its id or question does not show it. ``keys``: the same
    key on both sides is the same person ("common"), or each side has its own keys ("separate").

    ``both``: people may be mentor and mentee. Keys are then common, a person who ticks both roles has both, and the
    rule ``both_roles`` applies, with the settings in the programme or by default: two people cannot mentor each other.
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
        """Whether the same key on both sides is one person: as stated, or because an answer puts people on both."""
        return self.keys == "common" or self.both or (self.role is not None and self.role.both is not False)

    def with_rule_on_both(self, tables: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the tables of a programme with the rule that ``both`` implies, if they do not contain it."""
        rules = tables.get("rules", [])
        if not self.both or any(rule["kind"] == "both_roles" for rule in rules):
            return tables
        return {**tables, "rules": [*rules, {"kind": "both_roles"}]}


class Sharing(Part):
    """Settings of anonymous profiles; with a question ``consent``, only people who answer yes have one.

    ``choices`` and ``refusals`` are the numbers of people that a person may ask for, and may reject without a reason.
    """

    consent: str | None = None
    choices: int = Setting(default=3, ge=1)
    refusals: int = Setting(default=2, ge=0)


type GroupGoal = Literal["placed", "priority", "meetings", "floor", "total"]

MAX_GROUP_SIZE = 12  # members; in a larger group some would have no turn in a year


class Facilitation(Part):
    """The question that identifies facilitators of groups, with one answer for facilitators and one for members.

    ``seats`` is the maximum number of groups per facilitator, or the id of a number field that they answer.
    """

    field: str
    facilitator: str
    member: str
    seats: int | str = 1


class Grouped(Part):
    """The groups to form: of ``size`` people, or ``least`` to ``most``; ``number`` of them, or as many as needed.

    ``goals`` are optimised in this order: people placed, people with priority, few repeated meetings, the points of the
    worst group, the points of all.
    """

    size: int | None = Setting(default=None, ge=2, le=MAX_GROUP_SIZE)
    least: int | None = Setting(default=None, ge=1, le=MAX_GROUP_SIZE)
    most: int | None = Setting(default=None, ge=2, le=MAX_GROUP_SIZE)
    number: int | None = Setting(default=None, ge=1)
    facilitators: Facilitation | None = None
    goals: Items[GroupGoal] = Setting(default=("placed", "priority", "meetings", "total"), min_length=1)

    @model_validator(mode="after")
    def says_how_many(self) -> Self:
        """Raise ValueError for missing or crossed sizes, and for a repeated goal."""
        if (self.size is None) == (self.least is None and self.most is None):
            raise ValueError(tr("il faut `size`, ou bien `least` et `most`"))
        if self.size is None and (self.least is None or self.most is None or self.least > self.most):
            raise ValueError(tr("il faut `least` et `most`, le second au moins égal au premier"))
        if len(set(self.goals)) < len(self.goals):
            raise ValueError(tr("un but est cité deux fois"))
        return self

    @property
    def sizes(self) -> tuple[int, int]:
        """The minimum and maximum number of members of a group."""
        return (self.size, self.size) if self.size is not None else (self.least or 1, self.most or MAX_GROUP_SIZE)

    def mistakes(self, fields: Mapping[str, AnyField]) -> Iterator[Problem]:
        """Yield each reference to an unknown question or answer."""
        if not self.facilitators:
            return
        section = self.facilitators
        for setting in ("field", "seats"):
            name = getattr(section, setting)
            if isinstance(name, str) and name not in fields:
                cause = tr("champ inconnu « {name} »", name=name)
                yield Problem(
                    f"groups.facilitators.{setting}", cause, enumerate_names(fields), nearest_hint(name, fields)
                )
        if isinstance(section.seats, str) and not isinstance(fields.get(section.seats, None), Number | None):
            cause = tr("« {name} » n'est pas un nombre", name=section.seats)
            yield Problem("groups.facilitators.seats", cause, quoted("number"))
        field = fields.get(section.field)
        for setting in ("facilitator", "member"):
            answer = getattr(section, setting)
            if options := field.options_without(answer) if field else ():
                cause = tr("option inconnue « {answer} »", answer=answer)
                yield Problem(
                    f"groups.facilitators.{setting}", cause, enumerate_names(options), nearest_hint(answer, options)
                )


# The goals of pairs if a programme states none
DEFAULT_GOALS: Mapping[str, object] = {"order": ["matched", "priority", "total"]}


def find_rule_problems(
    rules: Iterable[tuple[Location, Rule]], *, grouped: bool, goals: object = None
) -> Iterator[Problem]:
    """Yield the rules that do not apply to the pairs or groups formed, and goals of pairs for a programme of groups."""
    for where, rule in rules:
        if not (rule.of_groups if grouped else rule.of_pairs):
            kinds = [
                kind for kind, model in rules_by_kind().items() if (model.of_groups if grouped else model.of_pairs)
            ]
            cause = (
                tr("la règle « {kind} » ne dit rien de groupes", kind=rule.kind)
                if grouped
                else tr("la règle « {kind} » ne dit rien de binômes", kind=rule.kind)
            )
            yield Problem(key_path((*where, "kind")), cause, enumerate_names(kinds))
    if grouped and goals not in (None, {}, DEFAULT_GOALS):
        yield Problem("goals", tr("ces buts sont ceux de binômes"), tr("« goals » dans [groups]"))


# Sheets of the workbook that require further solves
type FurtherSheet = Literal["recruit", "incentives", "sturdy", "learn"]


class Documents(Part):
    """The documents for participants: each reads the fields ``contacts`` of their partner.

    ``name`` is the contact field with the name on a sheet, or several such fields, as first and last name.
    ``surname_first``: that one field has the last name first; it is shown first name first. ``message`` is the text of
    the team on every sheet, one paragraph per line; ``score``: the points of the pair are shown.

    ``sheets`` are further sheets of the team's workbook, each of which requires another solve: whom to recruit next,
    whether a person gains by answering differently, which plan is most robust if people leave, and lessons of earlier
    editions. The page of the committee has a section for each but the second, which only the team reads. ``details``:
    that page prints the contributions to the points of each pair.
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
        """The contact fields that make the name of a person, in order; none if people are shown by their codes."""
        return (self.name,) if isinstance(self.name, str) else tuple(self.name or ())

    def mistakes(self, fields: Mapping[str, AnyField]) -> Iterator[Problem]:
        """Yield the names and contacts that are not contact fields."""
        contacts = [name for name, field in fields.items() if field.use == "contact"]
        references = [("name", name) for name in self.names]
        for setting, name in [*references, *(("contacts", contact) for contact in self.contacts)]:
            if name not in contacts:
                cause = tr("« {name} » n'est pas un champ d'usage « contact »", name=name)
                yield Problem(f"documents.{setting}", cause, enumerate_names(contacts), nearest_hint(name, contacts))


class Answered(Part):
    """A question of the follow-up, and some answers to it."""

    field: str
    answers: Items[str] = Setting(validation_alias="in", serialization_alias="in", min_length=1)


class Call(Answered):
    """Answers after which the team calls; ``why`` is the text after the code of the person."""

    why: str


class Outcome(Answered):
    """Answers that show that a pair goes well; ``name`` is the label of this outcome."""

    name: str


def check_rising(months: Sequence[int]) -> Sequence[int]:
    """Return ``months``. Raises ValueError if they do not increase from 1 or more."""
    if list(months) != sorted(set(months)) or months[0] < 1:
        raise ValueError(tr("des mois qui se suivent, à partir de 1"))
    return months


class FollowUp(Part):
    """The questions asked during the year: ``months`` are the dates, ``fields`` the questions, as in the first survey.

    ``partner`` is the question that identifies the partner for people with several. ``stopped`` are the answers of
    pairs that no longer meet, ``calls`` the answers after which the team calls, ``outcomes`` the answers that are
    counted.
    """

    months: Annotated[Items[int], AfterValidator(check_rising)] = Setting(default=(1, 3, 6, 12), min_length=1)
    fields: Entries[str, AnyField] = Setting(default_factory=FrozenDict)
    partner: str | None = None
    stopped: Answered | None = None
    calls: Items[Call] = Setting(default_factory=tuple)
    outcomes: Items[Outcome] = Setting(default_factory=tuple)

    def mistakes(self) -> Iterator[Problem]:
        """Yield each reference to an unknown question or answer."""
        if self.partner:
            yield from self._unknown_field("follow_up.partner", self.partner)
        for where, condition in self._conditions():
            yield from self._unknown_field(where, condition.field)
            yield from self._unknown_answers(where, condition)

    def _conditions(self) -> Iterator[tuple[str, Answered]]:
        if self.stopped:
            yield "follow_up.stopped", self.stopped
        yield from ((key_path(("follow_up", "calls", index)), call) for index, call in enumerate(self.calls))
        yield from (
            (key_path(("follow_up", "outcomes", index)), outcome) for index, outcome in enumerate(self.outcomes)
        )

    def _unknown_field(self, where: str, name: str) -> Iterator[Problem]:
        if name not in self.fields:
            cause = tr("champ inconnu « {name} »", name=name)
            yield Problem(where, cause, enumerate_names(self.fields), nearest_hint(name, self.fields))

    def _unknown_answers(self, where: str, condition: Answered) -> Iterator[Problem]:
        field = self.fields.get(condition.field)
        for answer in condition.answers:
            if options := field.options_without(answer) if field else ():
                cause = tr("option inconnue « {answer} »", answer=answer)
                yield Problem(where, cause, enumerate_names(options), nearest_hint(answer, options))


MAX_SESSIONS = 366  # more than the days of a year are a mistake


class Period(Part):
    """Days without sessions, both ends included, and the reason."""

    first: Day = Setting(validation_alias="from", serialization_alias="from")
    last: Day = Setting(validation_alias="to", serialization_alias="to")
    why: str = ""


class TurnWishes(Part):
    """The question on when people want to present, and the answer for each time; other answers are no wish."""

    field: str
    early: str | None = None
    middle: str | None = None
    late: str | None = None

    @property
    def answers(self) -> dict[str, str]:
        """The stated answers, each with its time."""
        wishes = {"early": self.early, "middle": self.middle, "late": self.late}
        return {answer: wish for wish, answer in wishes.items() if answer is not None}


def range_of_days(days: Sequence[int]) -> Sequence[int]:
    """Return ``days``. Raises ValueError unless they are a minimum and a maximum."""
    if len(days) != 2 or not 0 < days[0] <= days[1]:
        raise ValueError(tr("un minimum et un maximum de jours, comme [21, 42]"))
    return days


class Sessions(Part):
    """The sessions of a group: their number, their possible dates, and the questions that ask about them.

    ``dates`` maps an answer to a possible date. ``topics``, ``attends``, ``wishes`` and ``urgent`` name the questions
    on topics, on the dates or slots when people can come, on when they want to present, and on urgent cases. ``zones``
    are the French zones whose school holidays are without sessions.
    """

    number: int | None = Setting(default=None, ge=1, le=MAX_SESSIONS)
    per_session: int = Setting(default=1, ge=1)
    rounds: int = Setting(default=1, ge=1, le=MAX_SESSIONS)
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
        """The operations with a question or a date in this section; all operations if there is none."""
        has_settings = {
            "topics": self.topics is not None,
            "dates": bool(self.attends or self.dates),
            "turns": self.wishes is not None or self.urgent is not None,
        }
        return tuple(operation for operation, is_stated in has_settings.items() if is_stated) or tuple(has_settings)

    def mistakes(self, fields: Mapping[str, AnyField]) -> Iterator[Problem]:
        """Yield each reference to an unknown or unsuitable question, and each period that ends before it begins."""
        kinds = {"topics": ("choices", "ranking"), "attends": ("choices", "slots")}
        for setting, name in (("topics", self.topics), ("attends", self.attends)):
            if name is not None:
                yield from find_question_problems(f"sessions.{setting}", name, fields, kinds[setting])
        for setting, section in (("wishes", self.wishes), ("urgent", self.urgent)):
            if section is not None:
                yield from find_question_problems(
                    f"sessions.{setting}.field", section.field, fields, ("choice", "yesno")
                )
        for index, period in enumerate(self.blackouts):
            if period.last < period.first:
                where = key_path(("sessions", "blackouts", index))
                yield Problem(where, tr("une période qui finit avant de commencer"), tr("un début avant la fin"))


def find_question_problems(
    where: str, name: str, fields: Mapping[str, AnyField], kinds: Sequence[str]
) -> Iterator[Problem]:
    if name not in fields:
        yield Problem(
            where, tr("champ inconnu « {name} »", name=name), enumerate_names(fields), nearest_hint(name, fields)
        )
    elif fields[name].kind not in kinds:
        cause = tr("« {name} » est de genre « {kind} »", name=name, kind=fields[name].kind)
        yield Problem(where, cause, enumerate_names(kinds))


def find_section_problems(
    sections: Iterable[Documents | Grouped | Sessions | None],
    follow_up: FollowUp | None,
    fields: Mapping[str, AnyField],
) -> Iterator[Problem]:
    """Yield the problems of the sections that refer to questions."""
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
