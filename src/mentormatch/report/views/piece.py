"""What every view is: a piece of a page, which a notebook shows by itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path
from typing import ClassVar

from mentormatch.base.atomic_files import write_whole
from mentormatch.errors import OutputError, Problem, RequestError
from mentormatch.explanation.names import KEYS, GivenNames, Labels, cohort_names, labels_with_names, on_both_sides
from mentormatch.explanation.unmatched_people import Case
from mentormatch.fields import SIDES, Side
from mentormatch.languages.text_keys import canonical
from mentormatch.languages.translation import own_language, tr
from mentormatch.operations.matching import Matching, case_of
from mentormatch.report import intake_words, words
from mentormatch.report.texts import render_template

type ViewNames = bool | GivenNames
"""False: codes, or pseudonyms where keys are e-mail addresses; True: keys as they are; else people's names."""


def labels_of(matching: Matching, names: ViewNames) -> Labels:
    """Return what people are called in a view."""
    if isinstance(names, bool):
        return KEYS if names else matching.labels
    known = cohort_names(names, matching.cohort, matching.programme)
    twice = {mentee for _, mentee in on_both_sides(matching.cohort)}
    return labels_with_names(known, matching.labels, coded=isinstance(names, Mapping), twice=twice)


def find_person(matching: Matching, labels: Labels, said: str, sides: Sequence[Side] = SIDES) -> tuple[Side, int]:
    """Return the side and the position of the person who is meant: by their key, or as these labels call them.

    What both sides have is taken as the mentor's. Raises RequestError where it is nobody's.
    """
    for side in sides:
        people = matching.cohort.side(side)
        if people.has(said):
            return side, people.find(said)
    called_so = canonical(said)
    for side in sides:
        for row, key in enumerate(matching.cohort.side(side).ids):
            if canonical(labels.person(side, key)) == called_so:
                return side, row
    advice = tr("recopiez-le d'une vue, par exemple matching.show.pairs() ou matching.show.unmatched()")
    expected = tr("un code ou un nom tel que la vue le montre")
    raise RequestError(
        tr("Personne inconnue"), [Problem(tr("personne demandée"), tr("personne ne s'appelle ainsi"), expected, advice)]
    )


@dataclass(frozen=True, repr=False)
class Piece:
    """One look at a matching, its people under these labels.

    ``kind`` names the macro that shows it, ``heading`` stands above it, unless people are named there; ``call`` is how
    it is asked for, ``purpose`` what it tells.
    """

    kind: ClassVar[str]
    heading: ClassVar[str] = ""
    call: ClassVar[str]
    purpose: ClassVar[str]
    matching: Matching
    labels: Labels

    @property
    def language(self) -> str:
        """The language of the programme, in which the view is told unless another was asked for."""
        return self.matching.language

    @property
    def title(self) -> str:
        """What stands above it."""
        return tr(self.heading)

    @property
    def case(self) -> Case:
        """What the decision rests on, its people under these labels."""
        return replace(case_of(self.matching), labels=self.labels)

    @own_language
    def save(self, path: str | PathLike[str]) -> Path:
        """Write the view as a page, .html, readable for its owner alone; raises OutputError where it cannot be."""
        target = Path(path)
        if target.suffix.lower() != ".html":
            raise OutputError(tr("Format de vue inconnu : « {suffix} » ; le format est .html", suffix=target.suffix))
        write_whole(target, self.page().encode("utf-8"), private=True)
        return target

    def page(self) -> str:
        """Return the view as a page of its own, which loads nothing."""
        return self._fill_template("view_page.html", level=3)

    def _fill_template(self, template: str, level: int) -> str:
        """Return a template filled, its inner headings of this level."""
        return render_template(template, piece=self, level=level, words=words, said=intake_words)

    @own_language
    def _repr_html_(self) -> str:
        return self._fill_template("view.html", level=4)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self.matching.solution.pairs)} pairs)"  # a notebook saves what it shows
