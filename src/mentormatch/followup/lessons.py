"""The year so far, and what several editions teach.

The year so far: all waves together.

Which criteria went with pairs that lasted and were content, over several editions, and how sure that is.

Editions are the strata of an exact test: pairs are compared with those of their own edition alone. Invariant: nothing
is told of fewer than ``LEAST_SHOWN`` pairs that went well, or that did not, and no count is of some criterion's pairs.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from importlib import import_module
from os import PathLike
from pathlib import Path
from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field as Setting
from pydantic import ValidationError

from mentormatch.base.arguments import checked
from mentormatch.base.arrays import BoolVector
from mentormatch.base.data_objects import VersionedPickle
from mentormatch.base.inference import (
    DETECTED_SHARE,
    LEAST_SHOWN,
    SIGNIFICANCE_LEVEL,
    ExactEffect,
    Stratum,
    correct_levels,
    people_needed,
)
from mentormatch.base.strict_json import JsonMessage, StoredMessage, parse_json
from mentormatch.errors import Problem, RequestError
from mentormatch.explanation.names import ABSENT, KEYS, GivenNames, Labels, NamesByPerson, names_of
from mentormatch.explanation.pairs import Contribution, Pair
from mentormatch.explanation.tables import ResultSheet, sheet
from mentormatch.fields import SIDES, Side
from mentormatch.followup.waves import (
    MeetingState,
    OutcomeCount,
    PairMeetings,
    PersonToCall,
    Wave,
    counts,
    goes_well,
    keys_of,
    meetings,
    people_to_call,
    read_wave,
)
from mentormatch.languages.phrases import about, counted, listed, percent, quoted, system_reason, thousands
from mentormatch.languages.translation import language, mark, once_spoken, own_language, tr
from mentormatch.people.codes import PersonCodes, tells_who
from mentormatch.programme.enrolment import AnswerSource
from mentormatch.programme.programme import Programme

DELIVERY = "mentormatch.report.followup"
"""Writes and shows the year; it stands above, and is found when it is needed."""


@dataclass(frozen=True, repr=False)
class Year(VersionedPickle):
    """The pairs of a programme, and what their people answered after so many months, in order."""

    made_by: ClassVar[str] = "mm.follow_up(programme, pairs, waves)"

    programme: Programme
    pairs: tuple[Pair, ...]
    waves: tuple[Wave, ...]
    codes: PersonCodes = field(default_factory=dict)

    @property
    def labels(self) -> Labels:
        """What documents call people: their keys, or codes where keys tell who they are."""
        keys = [key for pair in self.pairs for key in keys_of(pair).values()]
        return Labels(self.codes, tr(ABSENT)) if self.codes and any(map(tells_who, keys)) else KEYS

    def __repr__(self) -> str:
        return f"Year({len(self.pairs)} pairs, {', '.join(map(repr, self.waves))})"

    @property
    def language(self) -> str:
        """The language of the programme."""
        return self.programme.heading.language

    @cached_property
    def meetings(self) -> tuple[PairMeetings, ...]:
        """Whether each pair still meets, as far as its people say so."""
        return meetings(self.pairs, self.waves, self.programme.follow_up.stopped)

    @once_spoken
    def to_call(self) -> tuple[PersonToCall, ...]:
        """Who should be called, and why, the gravest reasons first."""
        return people_to_call(self.pairs, self.waves, self.meetings, self.programme.follow_up.calls)

    @checked
    def outcomes(self, months: int | None = None) -> tuple[OutcomeCount, ...]:
        """Return how many pairs reached each outcome after so many months (None: the last), by criterion.

        It describes; it suggests no weights. Raises RequestError where there are no answers of that month.
        """
        known = {wave.months: wave for wave in self.waves}
        if months not in known if months is not None else not known:
            found = Problem("months", str(months), listed([str(month) for month in known]))
            raise RequestError(tr("Aucune réponse de ce mois"), [found])
        wave = self.waves[-1] if months is None else known[months]
        if wave.months not in self._counted:
            self._counted[wave.months] = tuple(counts(self.pairs, wave, self.programme.follow_up.outcomes))
        return self._counted[wave.months]

    @cached_property
    def _counted(self) -> dict[int, tuple[OutcomeCount, ...]]:
        return {}

    @checked
    @own_language
    def save(
        self, folder: str | PathLike[str], *, replace: bool = False, names: GivenNames | None = None
    ) -> tuple[Path, ...]:
        """Write the year as a page, a workbook and JSON into a folder, and return the files.

        ``names`` are what people are called, for the page and the workbook alone, which their owner alone can read
        then: see ``Matching.save``. Raises OutputError where a file cannot be written, or somebody wrote in one that is
        there and it is not to be ``replaced``; RequestError where somebody has no name.
        """
        delivery = import_module(DELIVERY)
        written: tuple[Path, ...] = delivery.write_year(self, Path(folder), replace=replace, names=self.named(names))
        return written

    @checked
    def named(self, names: GivenNames | None) -> NamesByPerson | None:
        """Return what the people of the pairs are called; raises RequestError where somebody has no name."""
        people: dict[Side, list[str]] = {
            side: list(dict.fromkeys(keys_of(pair)[side] for pair in self.pairs)) for side in SIDES
        }
        return None if names is None else names_of(names, people, self.programme)

    @own_language
    def _repr_html_(self) -> str:
        shown: str = import_module(DELIVERY).notebook_fragment(self)
        return shown


def follow_up(
    programme: Programme,
    pairs: Sequence[Pair],
    waves: Mapping[int, AnswerSource],
    *,
    codes: PersonCodes | None = None,
) -> Year:
    """Return the year so far: who meets no more, who should be called, what became of the pairs.

    Parameters
    ----------
    programme
        Its section ``[follow_up]`` says what was asked.
    pairs
        Those of a matching, or of ``evaluate`` for pairs made by hand.
    waves
        The file or frame of answers, by month; one row a person, known by their code.
    codes
        The codes of the people of the pairs, by side and key, where keys tell who people are; None: those that are
        stored beside the programme.

    Raises
    ------
    RequestError
        There is no wave, or one of a month that the programme does not ask after.
    ProgrammeError
        The programme asks nothing during the year.
    SurveyError
        A file cannot be read.

    Examples
    --------
    >>> from mentormatch import examples, match
    >>> from tempfile import TemporaryDirectory
    >>> programme = examples.programme()
    >>> with TemporaryDirectory() as folder:
    ...     waves = examples.copy_waves_to(folder)
    ...     year = follow_up(programme, match(examples.cohort(), programme).pairs, waves)
    >>> [one.pair.mentee for one in year.meetings if one.state == "stopped"]
    ['E05']
    """
    with language(programme.heading.language, unless_asked=True):
        refuse_months(programme, waves)
        known = programme.codes.known if codes is None else codes
        read = (read_wave(programme, pairs, month, waves[month], known) for month in sorted(waves))
        return Year(programme, tuple(pairs), tuple(read), known)


def refuse_months(programme: Programme, waves: Mapping[int, AnswerSource]) -> None:
    """Raise RequestError where there is no wave, or one of a month that the programme does not ask after."""
    expected = programme.follow_up.months
    strange = [month for month in waves if month not in expected]
    if strange or not waves:
        found = listed([str(month) for month in strange]) or tr("aucune enquête")
        months = listed([str(month) for month in expected])
        advice = tr("donnez un fichier par mois, ou ajoutez ce mois à [follow_up] months")
        raise RequestError(tr("Le suivi ne peut pas être lu"), [Problem(tr("mois"), found, months, advice)])


MOST_PAIRS, MOST_EDITIONS = 2_000, 50
RESULTS = "results"
"""Where the results stand in the JSON of a follow-up."""
LASTING: Mapping[MeetingState, bool | None] = {"meeting": True, "stopped": False, "disagreeing": None, "unknown": None}
ROUNDED = 10
"""To so many pairs it is told how many more it takes."""


class PairResult(JsonMessage):
    """What each criterion gave one pair, between 0 and 1, null where a side had not answered; and whether it went well.

    Well: its people still met and reached every outcome that the programme asks after; null where that is not known.
    """

    shares: dict[str, Annotated[float, Setting(ge=0, le=1)] | None]
    well: bool | None


class EditionResults(StoredMessage):
    """What became of the pairs of one edition, by criterion, without anybody's key."""

    made_by: ClassVar[str] = 'mm.read_results("resultats.json")'

    misread: ClassVar[str] = mark("Ce fichier n'est pas celui du suivi d'une édition")
    programme: str
    pairs: Annotated[list[PairResult], Setting(max_length=MOST_PAIRS)]

    @classmethod
    @checked
    def of(cls, year: Year) -> "EditionResults":
        """Return the results of a year, as far as it has come; in the order of points, which names nobody."""
        pairs = [
            PairResult(
                shares={one.criterion: share_of(one) for one in pair.contributions if one.full},
                well=went_well(year, place),
            )
            for place, pair in enumerate(year.pairs)
        ]
        return cls(programme=year.programme.name, pairs=pairs)


def share_of(one: Contribution) -> float | None:
    """Return what share of its points a criterion gave, None where a side had not answered."""
    return round(min(1.0, max(0.0, one.share / one.full)), 4) if one.answered else None


def went_well(year: Year, place: int) -> bool | None:
    """Return whether a pair lasts and reached every outcome, None where that is not known."""
    section = year.programme.follow_up
    outcomes = [LASTING[year.meetings[place].state]] if section.stopped else []
    outcomes += [goes_well(year.waves[-1], place, outcome) for outcome in section.outcomes]
    if False in outcomes:
        return False
    return None if None in outcomes or not outcomes else True


def read_results(path: str | PathLike[str]) -> EditionResults:
    """Return the results in the JSON that ``Year.save`` wrote; raises RequestError where there are none."""
    source = Path(path)
    try:
        content = source.read_bytes()
    except OSError as error:
        found = Problem(source.name, tr("le fichier ne peut pas être lu ({reason})", reason=system_reason(error)))
        raise RequestError(tr(EditionResults.misread), [found]) from None
    return results_in(content, source.name)


def results_in(content: bytes, name: str) -> EditionResults:
    """Return the results in the content of such a file; raises RequestError where there are none."""
    try:
        value = parse_json(content, by_person=True)
        return EditionResults.model_validate(value[RESULTS])
    except (KeyError, TypeError, RequestError, ValidationError):
        found = Problem(name, tr("ne va pas"), tr("le suivi.json que le suivi a écrit"))
    raise RequestError(tr(EditionResults.misread), [found])


@dataclass(frozen=True, slots=True)
class CriterionEffect:
    """How a criterion goes with pairs that went well.

    ``low`` and ``high`` are the 95 % interval of an effect, told as the share to which all of its points, instead of
    none, move a half; a half is no effect. Both None: too few pairs to tell. ``level`` is the probability of so great
    an effect by chance, corrected for all criteria. ``more`` is about how many more pairs it takes to see an effect
    that moves a half to 80 %: 0, it would have been seen; None, all pairs have the same points, and no number would.
    """

    criterion: str
    low: float | None
    high: float | None
    level: float
    more: int | None

    @property
    def clear(self) -> bool:
        """Whether it is clear of no effect, all criteria taken together."""
        return self.level <= SIGNIFICANCE_LEVEL

    @property
    def sentence(self) -> str:
        """What can be said of it."""
        if self.clear and self.low is not None and self.high is not None:
            sentence = tr(
                "net : là où la moitié des binômes vont bien sans points, ce serait de {low} à {high} avec tous.",
                low=percent(self.low),
                high=percent(self.high),
            )
        elif self.more is None:
            sentence = tr("rien à apprendre : tous les binômes d'une édition y ont les mêmes points.")
        elif self.more:
            sentence = tr(
                "rien de net ; pas avant environ {more} de plus, pour un effet de 50 à {moved}.",
                more=counted(self.more, "binôme"),
                moved=percent(DETECTED_SHARE),
            )
        else:
            sentence = tr(
                "rien de net ; un effet de 50 à {moved} se serait vu quatre fois sur cinq.",
                moved=percent(DETECTED_SHARE),
            )
        return about(quoted(self.criterion), sentence)


@dataclass(frozen=True, repr=False)
class Lessons(VersionedPickle):
    """What some editions teach: of how many ``pairs`` it is known how they went, how many went ``well``, the effects.

    ``well`` is None where that would point to somebody.
    """

    editions: int
    pairs: int
    well: int | None
    effects: tuple[CriterionEffect, ...]

    @once_spoken
    def sentences(self) -> tuple[str, ...]:
        """What can be said, and how sure it is."""
        return tuple(self._sentences())

    def _sentences(self) -> Iterator[str]:
        known = tr("{pairs} dont on sait la suite", pairs=counted(self.pairs, "binôme"))
        yield about(counted(self.editions, "édition"), f"{known}.")
        if self.well is None:
            yield tr("Trop peu de binômes sont allés bien, ou mal : en dire plus désignerait quelqu'un.")
        else:
            yield tr("{well} durent et sont contents.", well=counted(self.well, "binôme"))
        yield from (one.sentence for one in self.effects)

    @once_spoken
    def sheet(self) -> ResultSheet:
        """One row a criterion."""
        columns = [
            *(("criterion", tr("Critère")), ("interval", tr("Effet, intervalle à 95 %")), ("clear", tr("Net"))),
            *(("level", tr("Par hasard")), ("more", tr("Binômes de plus")), ("sentence", tr("En mots"))),
        ]
        return sheet(
            columns,
            (
                (
                    one.criterion,
                    "" if one.low is None else tr("{low} à {high}", low=percent(one.low), high=percent(one.high or 0)),
                    tr("oui") if one.clear else tr("non"),
                    percent(one.level, 1),
                    "" if one.more is None else thousands(one.more),
                    one.sentence,
                )
                for one in self.effects
            ),
        )

    def __repr__(self) -> str:
        return f"Lessons({self.editions} editions, {self.pairs} pairs)"  # a notebook saves what it shows


def lessons(editions: Sequence[Year | EditionResults]) -> Lessons:
    """Return what some editions teach: which criteria went with pairs that lasted and were content.

    Each effect has an exact interval, and the level that Holm (1979) gives for looking at all criteria. Raises
    RequestError where there is no edition, or more than 50.
    """
    if not 0 < len(editions) <= MOST_EDITIONS:
        expected = tr("de 1 à {most} éditions", most=MOST_EDITIONS)
        found = Problem("editions", str(len(editions)), expected)
        raise RequestError(tr("Il n'y a pas d'éditions dont apprendre"), [found])
    read = results_of(editions)
    results = [pair.well for one in read for pair in one.pairs if pair.well is not None]
    well = sum(results) if enough(results) else None
    share = 0.5 if well is None else min(0.9, max(0.1, well / len(results)))
    names = list(dict.fromkeys(name for one in read for pair in one.pairs for name in pair.shares))
    strata = [strata_of(read, name) for name in names]
    exact = [ExactEffect.of(each) if enough(np.concatenate([went for _, went in each])) else None for each in strata]
    levels = correct_levels([1.0 if one is None else one.level for one in exact])
    effects = []
    for name, each, one, level in zip(names, strata, exact, levels, strict=True):
        low, high = (None, None) if one is None else one.interval
        many = people_needed([points for points, _ in each], share, len(names))
        more = None if many is None else pairs_more(many - sum(len(points) for points, _ in each))
        effects.append(CriterionEffect(name, low, high, level, more))
    return Lessons(len(read), len(results) if len(results) >= LEAST_SHOWN else 0, well, tuple(effects))


def results_of(editions: Iterable[Year | EditionResults]) -> tuple[EditionResults, ...]:
    """Return the results of editions, of which some are given as years."""
    return tuple(one if isinstance(one, EditionResults) else EditionResults.of(one) for one in editions)


def strata_of(editions: Sequence[EditionResults], criterion: str) -> list[Stratum]:
    """Return for each edition what a criterion gave each pair, and whether it went well, where both are known."""
    known = [
        [(share, pair.well) for pair in one.pairs if (share := pair.shares.get(criterion)) is not None]
        for one in editions
    ]
    complete = [[(share, well) for share, well in each if well is not None] for each in known]
    return [
        (np.array([s for s, _ in each], dtype=float), np.array([w for _, w in each], dtype=bool)) for each in complete
    ]


def enough(results: Sequence[bool] | BoolVector) -> bool:
    """Return whether so many went well, and so many did not, that this points to nobody."""
    return min(int(np.sum(results)), len(results) - int(np.sum(results))) >= LEAST_SHOWN


def pairs_more(many: int) -> int:
    """Return about how many more pairs it takes: rounded up, and 0 where there are enough."""
    return max(0, -(-many // ROUNDED) * ROUNDED)
