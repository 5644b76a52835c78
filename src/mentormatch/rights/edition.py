"""The files of one edition: its programme, the answers, and the folders of documents that came of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mentormatch.enrolment import read_contacts, read_survey, read_tables
from mentormatch.fields import Side
from mentormatch.people import Cohort
from mentormatch.programme import Programme
from mentormatch.record.log import SUFFIX
from mentormatch.survey.contacts import Contacts
from mentormatch.survey.table import Table


@dataclass(frozen=True, slots=True)
class Edition:
    """Where an edition lies: ``files`` are ``answers``, or ``mentors`` and ``mentees``, as one ``tool`` wrote them."""

    programme: Path
    files: Mapping[str, Path] = field(default_factory=dict)
    folders: tuple[Path, ...] = ()
    tool: str | None = None
    encoding: str | None = None

    def load(self) -> Programme:
        """Return the programme."""
        return Programme.load(self.programme)

    def tables(self) -> list[tuple[Table, Side | None]]:
        """Return the files of answers as tables, each with the side that answered it, None for both."""
        return read_tables(**self.files, tool=self.tool, encoding=self.encoding)

    def cohort(self) -> Cohort:
        """Return the cohort that answered."""
        return read_survey(self.load(), **self.files, tool=self.tool, encoding=self.encoding)

    def contacts(self) -> Contacts:
        """Return how the people who answered are reached."""
        return read_contacts(self.load(), **self.files, tool=self.tool, encoding=self.encoding)

    def logs(self) -> list[Path]:
        """Return the logs in the folders."""
        return [path for folder in self.folders for path in sorted(folder.rglob(f"*{SUFFIX}"))]
