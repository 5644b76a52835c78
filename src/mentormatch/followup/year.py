"""The year so far: all waves together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from os import PathLike
from pathlib import Path

from mentormatch.base.data_objects import VersionedPickle
from mentormatch.errors import Problem, RequestError
from mentormatch.explanation.names import GivenNames, NamesByPerson, names_of
from mentormatch.explanation.pairs import Pair
from mentormatch.fields import SIDES, Side
from mentormatch.followup.meetings import PairMeetings, PersonToCall, meetings, people_to_call
from mentormatch.followup.outcomes import OutcomeCount, counts
from mentormatch.followup.waves import Wave, keys_of, read_wave
from mentormatch.languages import language, once_spoken, own_language, tr
from mentormatch.languages.phrases import listed
from mentormatch.programme.enrolment import AnswerSource
from mentormatch.programme.programme import Programme

DELIVERY = "mentormatch.report.followup"
"""Writes and shows the year; it stands above, and is found when it is needed."""


@dataclass(frozen=True, repr=False)
class Year(VersionedPickle):
    """The pairs of a programme, and what their people answered after so many months, in order."""

    programme: Programme
    pairs: tuple[Pair, ...]
    waves: tuple[Wave, ...]

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

    def outcomes(self, months: int | None = None) -> tuple[OutcomeCount, ...]:
        """Return how many pairs reached each outcome after so many months (None: the last), by criterion.

        It describes; it suggests no weights. Raises RequestError where there are no answers of that month.
        """
        known = {wave.months: wave for wave in self.waves}
        if months is not None and months not in known:
            found = Problem("months", str(months), listed([str(month) for month in known]))
            raise RequestError(tr("Aucune réponse de ce mois"), [found])
        wave = self.waves[-1] if months is None else known[months]
        if wave.months not in self._counted:
            self._counted[wave.months] = tuple(counts(self.pairs, wave, self.programme.follow_up.outcomes))
        return self._counted[wave.months]

    @cached_property
    def _counted(self) -> dict[int, tuple[OutcomeCount, ...]]:
        return {}

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


def follow_up(programme: Programme, pairs: Sequence[Pair], waves: Mapping[int, AnswerSource]) -> Year:
    """Return the year so far: who meets no more, who should be called, what became of the pairs.

    Parameters
    ----------
    programme
        Its section ``[follow_up]`` says what was asked.
    pairs
        Those of a matching, or of ``evaluate`` for pairs made by hand.
    waves
        The file or frame of answers, by month; one row a person, known by their code.

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
        read = (read_wave(programme, pairs, month, waves[month]) for month in sorted(waves))
        return Year(programme, tuple(pairs), tuple(read))


def refuse_months(programme: Programme, waves: Mapping[int, AnswerSource]) -> None:
    """Raise RequestError where there is no wave, or one of a month that the programme does not ask after."""
    expected = programme.follow_up.months
    strange = [month for month in waves if month not in expected]
    if strange or not waves:
        found = listed([str(month) for month in strange]) or tr("aucune enquête")
        months = listed([str(month) for month in expected])
        advice = tr("donnez un fichier par mois, ou ajoutez ce mois à [follow_up] months")
        raise RequestError(tr("Le suivi ne peut pas être lu"), [Problem(tr("mois"), found, months, advice)])
