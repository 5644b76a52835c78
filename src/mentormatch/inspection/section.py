"""What the parts of an intake have in common: each can be shown by itself."""

from abc import ABC, abstractmethod
from typing import Any, ClassVar

from mentormatch.base.data_objects import VersionedPickle
from mentormatch.base.plugins import concrete
from mentormatch.errors import OutputError
from mentormatch.languages import tr


class IntakeSection(VersionedPickle):
    """A part of an intake; ``macro`` names the piece of a page that shows it."""

    __slots__ = ()
    macro: ClassVar[str]

    def _repr_html_(self) -> str:
        return writer_for(".html").fragment(self)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(...)"  # a notebook saves what it shows


class Writer[WholeIntake: IntakeSection](ABC):
    """One kind of document of an intake, found by its ``kind``, the suffix of the files that it writes."""

    kind: ClassVar[str]
    filename: ClassVar[str]

    @abstractmethod
    def content(self, intake: WholeIntake) -> bytes:
        """Return the whole document."""

    def fragment(self, part: IntakeSection) -> str:
        """Return one part as a notebook shows it; raise OutputError where this document is not shown in parts."""
        raise OutputError(tr("{kind} : ce format ne se montre pas par parties", kind=self.kind))


def writers() -> dict[str, Writer[Any]]:
    """Return every registered writer by its suffix; they stand above, and are found when they are needed."""
    return {kind: writer() for kind, writer in concrete(Writer, "mentormatch.report.intakes").items()}


def writer_for(name: str) -> Writer[Any]:
    """Return the writer of files of this name; raise OutputError, with the suffixes that there are, where none is."""
    known = writers()
    found = next((writer for kind, writer in known.items() if name.lower().endswith(kind)), None)
    if found is None:
        sentence = tr(
            "Format inconnu : « {name} » ; les formats sont {known}, ou un dossier", name=name, known=", ".join(known)
        )
        raise OutputError(sentence)
    return found
