"""The state of a follow-up over all its surveys, and the lessons of several editions.

Lessons: results of editions -> for each criterion, the effect of its points on pairs that last and are content, with an
exact interval. Editions are the strata of an exact test, so pairs are only compared within their edition; levels are
corrected for all criteria (Holm, 1979).

Invariant: nothing is published on fewer than ``LEAST_SHOWN`` pairs that went well, or that did not, and no count
concerns the pairs of one criterion.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
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
from mentormatch.explanation.names import ABSENT_PERSON, KEY_LABELS, GivenNames, Labels, NamesByPerson, names_of
from mentormatch.explanation.notebook_view import NotebookView
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


@dataclass(frozen=True, repr=False)
class Year(VersionedPickle):
    """The pairs of a programme, and the answers of their people to each follow-up survey, in order."""

    made_by: ClassVar[str] = "mm.follow_up(programme, pairs, waves)"

    programme: Programme
    pairs: tuple[Pair, ...]
    waves: tuple[Wave, ...]
    codes: PersonCodes = field(default_factory=dict)

    @property
    def labels(self) -> Labels:
        """The names of people in documents: keys, or codes if keys reveal identities."""
        keys = [key for pair in self.pairs for key in keys_of(pair).values()]
        return Labels(self.codes, tr(ABSENT_PERSON)) if self.codes and any(map(tells_who, keys)) else KEY_LABELS

    def __repr__(self) -> str:
        return f"Year({len(self.pairs)} pairs, {', '.join(map(repr, self.waves))})"

    @property
    def language(self) -> str:
        """The language of the programme."""
        return self.programme.heading.language

    @cached_property
    def meetings(self) -> tuple[PairMeetings, ...]:
        """Whether each pair still meets, according to its people."""
        return meetings(self.pairs, self.waves, self.programme.follow_up.stopped)

    @once_spoken
    def to_call(self) -> tuple[PersonToCall, ...]:
        """The people to call, with reasons, most serious first."""
        return people_to_call(self.pairs, self.waves, self.meetings, self.programme.follow_up.calls)

    @checked
    def outcomes(self, months: int | None = None) -> tuple[OutcomeCount, ...]:
        """Return the number of pairs that reached each outcome, by criterion, after ``months`` (None: the last survey).

        The counts describe the pairs and suggest no weights. Raises RequestError if there are no answers of that month.
        """
        wave_by_months = {wave.months: wave for wave in self.waves}
        if months not in wave_by_months if months is not None else not wave_by_months:
            problem = Problem("months", str(months), listed([str(month) for month in wave_by_months]))
            raise RequestError(tr("Aucune réponse de ce mois"), [problem])
        wave = self.waves[-1] if months is None else wave_by_months[months]
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

        ``names`` are the names of people for the page and the workbook only, which then only their owner can read: see
        ``Matching.save``. Raises OutputError if a file cannot be written, or if an existing file was edited and
        ``replace`` is False; RequestError if a person has no name.
        """
        from mentormatch.report.followup import write_year  # a higher layer

        return write_year(self, Path(folder), replace=replace, names=self.named(names))

    @checked
    def named(self, names: GivenNames | None) -> NamesByPerson | None:
        """Return the names of the people of the pairs. Raises RequestError if a person has no name."""
        people: dict[Side, list[str]] = {
            side: list(dict.fromkeys(keys_of(pair)[side] for pair in self.pairs)) for side in SIDES
        }
        return None if names is None else names_of(names, people, self.programme)

    @own_language
    def _repr_html_(self) -> str:
        from mentormatch.report.followup import notebook_fragment  # a higher layer

        return notebook_fragment(self)


def follow_up(
    programme: Programme,
    pairs: Sequence[Pair],
    waves: Mapping[int, AnswerSource],
    *,
    codes: PersonCodes | None = None,
) -> Year:
    """Return the year so far: which pairs still meet, people to call, and outcomes of the pairs.

    Parameters
    ----------
    programme
        Its section ``[follow_up]`` declares the questions.
    pairs
        The pairs of a matching, or of ``evaluate`` for pairs made by hand.
    waves
        The file or frame of answers, by month. Each row is that of one person, identified by their key or code, on one
        of their pairs or on all; the last row counts.
    codes
        The codes of the people of the pairs, by side and key, if keys reveal identities; None: the codes stored
        beside the programme.

    Raises
    ------
    RequestError
        There is no survey, or one of a month that the programme does not list.
    ProgrammeError
        The programme has no follow-up questions.
    SurveyError
        A file cannot be read, or contains no code or none of the questions; or the order of two replies is unknown.

    See Also
    --------
    lessons : what several years teach.

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
        known_codes = programme.codes.known if codes is None else codes
        read_waves = (read_wave(programme, pairs, month, waves[month], known_codes) for month in sorted(waves))
        return Year(programme, tuple(pairs), tuple(read_waves), known_codes)


def refuse_months(programme: Programme, waves: Mapping[int, AnswerSource]) -> None:
    """Raise RequestError if there is no survey, or one of a month that the programme does not list."""
    expected = programme.follow_up.months
    unexpected = [month for month in waves if month not in expected]
    if unexpected or not waves:
        finding = listed([str(month) for month in unexpected]) or tr("aucune enquête")
        months = listed([str(month) for month in expected])
        advice = tr("donnez un fichier par mois, ou ajoutez ce mois à [follow_up] months")
        raise RequestError(tr("Le suivi ne peut pas être lu"), [Problem(tr("mois"), finding, months, advice)])


MAX_PAIRS = 2_000  # of one edition
MOST_EDITIONS = 50
RESULTS_KEY = "results"  # of the results in the JSON of a follow-up
LASTS_BY_STATE: Mapping[MeetingState, bool | None] = {
    "meeting": True,
    "stopped": False,
    "disagreeing": None,
    "unknown": None,
}
PAIRS_ROUNDING = 10  # the number of further pairs needed is rounded up to a multiple of this


class PairResult(JsonMessage):
    """The share of its points that each criterion gave a pair, in [0, 1], and whether the pair went well.

    A share is null if a side did not answer. ``well`` is true if the people still met and reached every outcome that
    the programme asks about, null if this is not known.
    """

    shares: dict[str, Annotated[float, Setting(ge=0, le=1)] | None]
    well: bool | None


class EditionResults(StoredMessage):
    """The results of the pairs of one edition by criterion, without keys of people."""

    made_by: ClassVar[str] = 'mm.read_results("resultats.json")'

    misread: ClassVar[str] = mark("Ce fichier n'est pas celui du suivi d'une édition")
    programme: str
    pairs: Annotated[list[PairResult], Setting(max_length=MAX_PAIRS)]

    @classmethod
    @checked
    def of(cls, year: Year) -> "EditionResults":
        """Return the results of a year so far, without keys; pairs are in the order of the year."""
        pairs = [
            PairResult(
                shares={item.criterion: share_of(item) for item in pair.contributions if item.full},
                well=went_well(year, index),
            )
            for index, pair in enumerate(year.pairs)
        ]
        return cls(programme=year.programme.name, pairs=pairs)


def share_of(contribution: Contribution) -> float | None:
    """Return the criterion's share of its full points, in [0, 1]. None if a side did not answer."""
    return round(min(1.0, max(0.0, contribution.share / contribution.full)), 4) if contribution.answered else None


def went_well(year: Year, index: int) -> bool | None:
    """Return whether a pair lasts and reached every outcome at the last survey. None if this is not known.

    Whether it lasts counts only if the programme asks about it. None also if the programme asks neither.
    """
    section = year.programme.follow_up
    outcomes = [LASTS_BY_STATE[year.meetings[index].state]] if section.stopped else []
    outcomes += [goes_well(year.waves[-1], index, outcome) for outcome in section.outcomes]
    if False in outcomes:
        return False
    return None if None in outcomes or not outcomes else True


def read_results(path: str | PathLike[str]) -> EditionResults:
    """Return the results in the JSON that ``Year.save`` wrote. Raises RequestError if it contains none."""
    source = Path(path)
    try:
        content = source.read_bytes()
    except OSError as error:
        problem = Problem(source.name, tr("le fichier ne peut pas être lu ({reason})", reason=system_reason(error)))
        raise RequestError(tr(EditionResults.misread), [problem]) from None
    return results_in(content, source.name)


def results_in(content: bytes, name: str) -> EditionResults:
    """Return the results in the content of such a JSON file. Raises RequestError if it contains none."""
    try:
        value = parse_json(content, by_person=True)
        return EditionResults.model_validate(value[RESULTS_KEY])
    except (KeyError, TypeError, RequestError, ValidationError):
        problem = Problem(name, tr("ne va pas"), tr("le suivi.json que le suivi a écrit"))
    raise RequestError(tr(EditionResults.misread), [problem])


@dataclass(frozen=True, slots=True)
class CriterionEffect:
    """The effect of a criterion's points on whether pairs went well.

    ``low`` and ``high`` bound the effect in a 95 % interval: the share of pairs that go well with all points, if one
    half goes well with none. One half means no effect. Both are None if the pairs are too few. ``level`` is the
    probability of so large an effect by chance, corrected for all criteria. ``more`` is the approximate number of
    further pairs needed to detect an effect that moves one half to 80 %: 0 if there are enough pairs; None if all pairs
    of an edition have equal points, so that no number would do.
    """

    criterion: str
    low: float | None
    high: float | None
    level: float
    more: int | None

    @property
    def clear(self) -> bool:
        """Whether the effect is significant, with all criteria taken together."""
        return self.level <= SIGNIFICANCE_LEVEL

    @property
    def sentence(self) -> str:
        """The effect as a sentence."""
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
class Lessons(NotebookView, VersionedPickle):
    """The lessons of some editions: the number of ``pairs`` with a known result, of ``well`` pairs, and effects.

    ``pairs`` is 0 if they are fewer than ``LEAST_SHOWN``, and ``well`` None if the number could reveal a person.
    """

    editions: int
    pairs: int
    well: int | None
    effects: tuple[CriterionEffect, ...]

    @once_spoken
    def sentences(self) -> tuple[str, ...]:
        """The lessons as sentences, with their uncertainty."""
        return tuple(self._sentences())

    def _sentences(self) -> Iterator[str]:
        known_pairs = tr("{pairs} dont on sait la suite", pairs=counted(self.pairs, "binôme"))
        yield about(counted(self.editions, "édition"), f"{known_pairs}.")
        if self.well is None:
            yield tr("Trop peu de binômes sont allés bien, ou mal : en dire plus désignerait quelqu'un.")
        else:
            yield tr("{well} durent et sont contents.", well=counted(self.well, "binôme"))
        yield from (effect.sentence for effect in self.effects)

    @once_spoken
    def sheet(self) -> ResultSheet:
        """The effects as a table, one row per criterion."""
        columns = [
            *(("criterion", tr("Critère")), ("interval", tr("Effet, intervalle à 95 %")), ("clear", tr("Net"))),
            *(("level", tr("Par hasard")), ("more", tr("Binômes de plus")), ("sentence", tr("En mots"))),
        ]
        return sheet(
            columns,
            (
                (
                    effect.criterion,
                    ""
                    if effect.low is None
                    else tr("{low} à {high}", low=percent(effect.low), high=percent(effect.high or 0)),
                    tr("oui") if effect.clear else tr("non"),
                    percent(effect.level, 1),
                    "" if effect.more is None else thousands(effect.more),
                    effect.sentence,
                )
                for effect in self.effects
            ),
        )

    def __repr__(self) -> str:
        return f"Lessons({self.editions} editions, {self.pairs} pairs)"  # a notebook saves what it shows


def lessons(editions: Sequence[Year | EditionResults]) -> Lessons:
    """Return the lessons of some editions: the effect of each criterion on pairs that last and are content.

    Each effect has an exact interval, and a level corrected for all criteria (Holm, 1979). Raises RequestError if there
    is no edition, or more than 50.
    """
    if not 0 < len(editions) <= MOST_EDITIONS:
        expected = tr("de 1 à {most} éditions", most=MOST_EDITIONS)
        problem = Problem("editions", str(len(editions)), expected)
        raise RequestError(tr("Il n'y a pas d'éditions dont apprendre"), [problem])
    all_results = results_of(editions)
    results = [pair.well for edition in all_results for pair in edition.pairs if pair.well is not None]
    well = sum(results) if is_disclosable(results) else None
    share = 0.5 if well is None else min(0.9, max(0.1, well / len(results)))
    names = list(dict.fromkeys(name for edition in all_results for pair in edition.pairs for name in pair.shares))
    all_strata = [strata_of(all_results, name) for name in names]
    exact_effects = [
        ExactEffect.of(strata) if is_disclosable(np.concatenate([wells for _, wells in strata])) else None
        for strata in all_strata
    ]
    levels = correct_levels([1.0 if effect is None else effect.level for effect in exact_effects])
    effects = []
    for name, strata, effect, level in zip(names, all_strata, exact_effects, levels, strict=True):
        low, high = (None, None) if effect is None else effect.interval
        pair_count = people_needed([points for points, _ in strata], share, len(names))
        more = None if pair_count is None else pairs_needed(pair_count - sum(len(points) for points, _ in strata))
        effects.append(CriterionEffect(name, low, high, level, more))
    return Lessons(len(all_results), len(results) if len(results) >= LEAST_SHOWN else 0, well, tuple(effects))


def results_of(editions: Iterable[Year | EditionResults]) -> tuple[EditionResults, ...]:
    """Return the results of editions; an edition may be given as a year."""
    return tuple(edition if isinstance(edition, EditionResults) else EditionResults.of(edition) for edition in editions)


def strata_of(editions: Sequence[EditionResults], criterion: str) -> list[Stratum]:
    """Return for each edition the shares (p,) of a criterion, and the results (p,) bool, of pairs with both known."""
    answered = [
        [(share, pair.well) for pair in edition.pairs if (share := pair.shares.get(criterion)) is not None]
        for edition in editions
    ]
    complete = [[(share, well) for share, well in results if well is not None] for results in answered]
    return [
        (np.array([share for share, _ in results], dtype=float), np.array([well for _, well in results], dtype=bool))
        for results in complete
    ]


def is_disclosable(results: Sequence[bool] | BoolVector) -> bool:
    """Return whether enough pairs went well, and enough did not, for a count to reveal no person."""
    return min(int(np.sum(results)), len(results) - int(np.sum(results))) >= LEAST_SHOWN


def pairs_needed(missing: int) -> int:
    """Return about how many more pairs are needed: rounded up, 0 if there are enough."""
    return max(0, -(-missing // PAIRS_ROUNDING) * PAIRS_ROUNDING)
