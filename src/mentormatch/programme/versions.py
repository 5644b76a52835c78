"""The versions of a programme that were kept, and what is tried since; gestures that can be undone; what differs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Literal, NamedTuple

from mentormatch.fields.extension import Extension
from mentormatch.programme.edits import ProgrammeEdit, ProgrammeText
from mentormatch.programme.programme import Programme
from mentormatch.programme.tables import table_of

MOST_UNDONE = 200
"""So many gestures can be undone."""

type ComparedPart = Literal["heading", "fields", "criteria", "rules", "goals"]


@dataclass(frozen=True)
class ProgrammeVersions:
    r"""Versions of one programme, the newest last, and the text that is tried since: ``now``.

    Nothing is changed in place: each method returns the versions after it.

    >>> from mentormatch.programme.edits import GoalEdit
    >>> begun = ProgrammeVersions.of(ProgrammeText('[programme]\nname = "Essai"\n'))
    >>> tried = begun.edit(GoalEdit(goal="floor", at=0))
    >>> tried.is_tried, tried.undo().is_tried, len(tried.keep().kept)
    (True, False, 2)
    """

    kept: tuple[ProgrammeText, ...]
    now: ProgrammeText
    before: tuple[ProgrammeText, ...] = ()
    undone: tuple[ProgrammeText, ...] = ()

    @classmethod
    def of(cls, text: ProgrammeText) -> "ProgrammeVersions":
        """Return the first version alone."""
        return cls((text,), text)

    @property
    def newest(self) -> ProgrammeText:
        """The version that was kept last."""
        return self.kept[-1]

    @property
    def is_tried(self) -> bool:
        """Whether something differs from the newest version."""
        return self.now.text != self.newest.text

    def edit(self, *edits: ProgrammeEdit) -> "ProgrammeVersions":
        """Return the versions after one gesture, of one edit or of several.

        Raises ProgrammeError where what comes out is no programme, RequestError where there is nothing to edit there.
        """
        made = self.now
        for edit in edits:
            made = made.after(edit)
        if made.text == self.now.text:
            return self
        return replace(self, now=made, before=(*self.before, self.now)[-MOST_UNDONE:], undone=())

    def undo(self) -> "ProgrammeVersions":
        """Return the versions before the last gesture; the same where there was none."""
        if not self.before:
            return self
        return replace(self, now=self.before[-1], before=self.before[:-1], undone=(*self.undone, self.now))

    def redo(self) -> "ProgrammeVersions":
        """Return the versions with the gesture that was undone last; the same where there is none."""
        if not self.undone:
            return self
        return replace(self, now=self.undone[-1], before=(*self.before, self.now), undone=self.undone[:-1])

    def keep(self) -> "ProgrammeVersions":
        """Return the versions with what is tried as one more; the same where nothing differs."""
        return replace(self, kept=(*self.kept, self.now)) if self.is_tried else self

    def leave(self) -> "ProgrammeVersions":
        """Return the versions without what is tried; that can be undone too."""
        if not self.is_tried:
            return self
        return replace(self, now=self.newest, before=(*self.before, self.now)[-MOST_UNDONE:], undone=())


class ProgrammeDifference(NamedTuple):
    """One thing that differs: where, and what it was and is, by place in its list; None: it was not, or is not."""

    part: ComparedPart
    before: int | None
    after: int | None


def programme_differences(before: Programme, after: Programme) -> tuple[ProgrammeDifference, ...]:
    """Return what differs in heading, questions, criteria, rules and goals from one programme to another.

    Questions are known by their ids, and told by their places among those of each.
    """
    found: list[ProgrammeDifference] = []
    if before.heading != after.heading:
        found.append(ProgrammeDifference("heading", 0, 0))
    found += question_differences(before, after)
    found += compare_lists("criteria", before.criteria, after.criteria)
    found += compare_lists("rules", before.rules, after.rules)
    if before.goals != after.goals:
        found.append(ProgrammeDifference("goals", 0, 0))
    return tuple(found)


def question_differences(before: Programme, after: Programme) -> Iterator[ProgrammeDifference]:
    """Yield what differs between the questions of two programmes."""
    places = [{name: place for place, name in enumerate(programme.fields)} for programme in (before, after)]
    for name in {**before.fields, **after.fields}:
        if before.fields.get(name) != after.fields.get(name):
            yield ProgrammeDifference("fields", *(each.get(name) for each in places))


def compare_lists(
    part: ComparedPart, before: Sequence[Extension], after: Sequence[Extension]
) -> Iterator[ProgrammeDifference]:
    """Yield what differs between two lists; of what stands at one place and is of one kind, that it changed."""
    known, now = ([repr(table_of(one)) for one in listed] for listed in (before, after))
    for what, first, last, start, end in SequenceMatcher(None, known, now, autojunk=False).get_opcodes():
        if what == "equal":
            continue
        gone, come = list(range(first, last)), list(range(start, end))
        for place in list(gone):
            like = next((one for one in come if are_alike(before[place], after[one])), None)
            if like is not None:
                gone.remove(place)
                come.remove(like)
                yield ProgrammeDifference(part, place, like)
        yield from (ProgrammeDifference(part, place, None) for place in gone)
        yield from (ProgrammeDifference(part, None, place) for place in come)


def are_alike(one: Extension, other: Extension) -> bool:
    """Say whether two entries are of one kind, and have one name or speak of the same questions."""
    if type(one) is not type(other):
        return False
    fields = [[reference.field for reference in each.references()] for each in (one, other)]
    return (one.name is not None and one.name == other.name) or fields[0] == fields[1]
