"""Days on which no session is held: public holidays, school holidays by zone, and the programme's own black-outs."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from mentormatch.errors import Problem, RequestError
from mentormatch.languages import spoken, tr, tr_n
from mentormatch.languages.phrases import figures, listed

ZONES = ("A", "B", "C")
LANGUAGE = {"fr": "fr", "en": "en_US"}
APOSTROPHE = {LANGUAGE["fr"]: "\u2019", LANGUAGE["en"]: "'"}
"""As our own words have it in each."""
DECREED = date(2028, 8, 31)
"""The last day of the school calendars that are decreed (2027-2028, on 21 July 2026); later ones are estimates."""


@dataclass(frozen=True, slots=True)
class Blackout:
    """Days on which the programme holds no session, the last included, and why: Avignon in July."""

    first: date
    last: date
    why: str = ""

    def among(self, days: Iterable[date]) -> Iterator[date]:
        """Yield those of some days that are among them: a period may be all of time."""
        yield from (day for day in days if self.first <= day <= self.last)


type Stated = Blackout | tuple[date | str, date | str] | tuple[date | str, date | str, str]
"""A black-out: first day, last day, and why if that is to be told."""


def blackouts_of(stated: Iterable[Stated]) -> tuple[Blackout, ...]:
    """Return black-outs; raise RequestError where one has no first day, no last day, or ends before it begins."""
    return tuple(one if isinstance(one, Blackout) else blackout_of(one) for one in stated)


def blackout_of(stated: tuple[date | str, ...]) -> Blackout:
    """Return one black-out."""
    try:
        first, last = (one if isinstance(one, date) else date.fromisoformat(one) for one in stated[:2])
    except (TypeError, ValueError):
        found, expected = tr("pas deux jours"), tr("le premier et le dernier jour, comme 2026-07-04 et 2026-07-25")
        raise RequestError(tr("Cette période ne convient pas"), [Problem(tr("périodes"), found, expected)]) from None
    if last < first:
        found = tr("du {first} au {last}", first=figures(first), last=figures(last))
        raise RequestError(
            tr("Cette période ne convient pas"), [Problem(tr("périodes"), found, tr("un début avant la fin"))]
        )
    return Blackout(first, last, str(stated[2]) if len(stated) > 2 else "")


def days_off(
    days: Iterable[date], *, public: bool = True, zones: Sequence[str] = ZONES, blackouts: Iterable[Blackout] = ()
) -> dict[date, str]:
    """Return the days off in the years of ``days``, each with its reason; of ``blackouts``, which come first, ``days``.

    Raises RequestError where a zone is unknown, or the package ``holidays`` is missing and needed.
    """
    lost = [zone for zone in zones if zone not in ZONES]
    if lost:
        raise RequestError(tr("Zone inconnue"), [Problem(tr("zones"), listed(lost), listed(ZONES))])
    wanted = list(days)
    years = sorted({day.year for day in wanted})
    reasons = school_holidays(zones, years)
    reasons |= dict(calendar(years, "public")) if public and years else {}
    for blackout in blackouts:
        reasons |= dict.fromkeys(blackout.among(wanted), blackout.why or tr("période écartée par le programme"))
    return reasons


def school_holidays(zones: Sequence[str], years: Sequence[int]) -> dict[date, str]:
    """Return the days of school holidays of these years, each with its name and the zones that have it."""
    found: dict[date, tuple[str, list[str]]] = {}
    for zone in sorted(set(zones)) if years else ():
        for day, name in calendar(years, "school", f"Zone {zone}").items():
            found.setdefault(day, (name, []))[1].append(zone)
    return {
        day: tr_n("{name}, zone {zones}", "{name}, zones {zones}", len(having), name=name, zones=listed(having))
        for day, (name, having) in found.items()
    }


def calendar(years: Sequence[int], category: str, subdivision: str | None = None) -> Mapping[date, str]:
    """Return a calendar of France, each day with its name."""
    return public_holidays(tuple(years), category, subdivision, LANGUAGE[spoken()])


@cache
def public_holidays(
    years: tuple[int, ...], category: str, subdivision: str | None, language: str
) -> Mapping[date, str]:
    """Return a calendar of France in a language of the package."""
    try:
        from holidays import country_holidays
    except ImportError:
        sentence = tr("Le paquet « holidays » n'est pas installé : les jours fériés ne sont pas connus")
        advice = tr("installez « mentormatch-engine[calendar] », ou demandez public=False et zones=()")
        raise RequestError(sentence, [Problem("holidays", tr("absent"), advice=advice)]) from None
    found = country_holidays("FR", subdiv=subdivision, categories=(category,), years=years, language=language)
    return {day: name.replace("'", APOSTROPHE[language]) for day, name in found.items()}
