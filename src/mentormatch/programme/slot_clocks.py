"""What is wrong with slots that are read by the clock: their hours, where people live, and what else asks for them."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

from mentormatch.errors import Problem
from mentormatch.fields import AnyField, Slots
from mentormatch.fields.clock import DAYS, LEAST_DAYS, OVERSEAS, SlotZone, minutes_in, overseas, weekday_of
from mentormatch.fields.extension import Extension
from mentormatch.languages import mark, tr
from mentormatch.languages.phrases import quoted
from mentormatch.languages.text_keys import fold
from mentormatch.places.gazetteer import DEPARTEMENTS
from mentormatch.programme.validation_messages import enumerate_names, key_path, nearest

type Location = tuple[int | str, ...]
type Placed = tuple[Location, Extension]


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
            territories = [name for number, name in DEPARTEMENTS if number in OVERSEAS]
            found = tr("aucun fuseau pour la réponse {answer}", answer=quoted(option))
            expected = tr(
                "un fuseau pour chaque réponse, ou un territoire : {names}", names=enumerate_names(territories)
            )
            yield Problem("zone.zones", found, expected, nearest(option, territories))
    if options:
        for answer in (answer for key, answer in said.items() if key not in map(fold, options)):
            found = tr("réponse inconnue {answer}", answer=quoted(answer))
            yield Problem("zone.zones", found, enumerate_names(options), nearest(answer, options))
