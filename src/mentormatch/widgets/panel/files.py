"""The files of a programme in a folder: which there are, and others in their place."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal, get_args

from mentormatch import examples
from mentormatch.base.atomic_files import write_whole
from mentormatch.base.generation import keep_file
from mentormatch.errors import MentorMatchError, Problem, RequestError, SurveyError
from mentormatch.languages import mark, spoken, tr
from mentormatch.languages.phrases import about, day, decimal, listed, quoted
from mentormatch.programme.edits import ProgrammeText
from mentormatch.programme.programme import Programme
from mentormatch.widgets.panel.panel import Panel, PanelGesture, PanelRow, PanelView

type MoreFiles = Literal["pairs", "waves"]
"""Files beside programme and answers: pairs made by hand, and what was asked during the year."""

TABLES = (".csv", ".xlsx", ".ods", ".xls", ".xlsb", ".tsv")
"""Suffixes of tables of answers."""
AGAIN = mark(
    "C'est pris. Pour que la suite en tienne compte, relancez les étapes du dessous : menu « Run » (« Exécuter »),"
    " puis « Run All Cells » ; sur une page Voilà, rechargez-la. L'ancien fichier reste à côté, sous sa date."
)
LEAD = mark(
    "Dans le dossier « {folder} ». Pour travailler avec vos fichiers, choisissez-les ici ; rien ne part ailleurs que"
    " dans ce dossier."
)


@dataclass(frozen=True, slots=True)
class FileSlot:
    """The place of one file: its name in gestures, what it is, its name in the folder without the suffix."""

    name: str
    words: str
    stem: str
    suffixes: tuple[str, ...]

    def path(self, folder: Path) -> Path:
        """Return the newest file of this name, or where the first kind of it would be."""
        there = [path for suffix in self.suffixes if (path := folder / f"{self.stem}{suffix}").is_file()]
        return max(there, key=lambda path: path.stat().st_mtime_ns, default=folder / f"{self.stem}{self.suffixes[0]}")


@dataclass
class FilesPanel(Panel):
    """The files in a folder; where it has no programme yet, or that of an example, those of the example are written.

    Raises RequestError where there is no such example, or no such kind of files; OutputError where a file cannot be
    written.
    """

    folder: Path = field(default_factory=Path)
    example: str = "mentorat"
    more: Sequence[MoreFiles] = ()

    def __post_init__(self) -> None:
        known = get_args(MoreFiles.__value__)
        if strange := [one for one in self.more if one not in known]:
            found = [Problem(one, tr("inconnu"), listed([quoted(name) for name in known])) for one in strange]
            raise RequestError(tr("Il n'y a pas de fichiers de ce genre"), found)
        if not self.path("programme").is_file():
            examples.copy_to(self.folder, self.example)
        if self._is_example(self.path("programme")):  # another notebook may have written it without these
            if "pairs" in self.more and not self.path("pairs").is_file():
                examples.copy_pairs_to(self.folder, self.example)
            if "waves" in self.more and not self.waves():
                examples.copy_waves_to(self.folder, self.example)

    @property
    def language(self) -> str:
        """The language of the programme, or the one that is spoken where it cannot be read."""
        try:
            return self.read().heading.language
        except MentorMatchError:
            return spoken()

    def read(self) -> Programme:
        """Return the programme; raises ProgrammeError with every mistake in it."""
        return Programme.load(self.slot("programme").path(self.folder))

    def slots(self) -> Iterator[FileSlot]:
        """Yield the places that there are."""
        yield FileSlot("programme", tr("Le programme"), "programme", (".toml",))
        yield FileSlot("answers", tr("Les réponses au questionnaire"), "reponses", TABLES)
        if "pairs" in self.more:
            yield FileSlot("pairs", tr("Vos binômes faits à la main"), "binomes-a-la-main", TABLES)
        for month in self.months() if "waves" in self.more else ():
            words = tr("Les réponses à {months}\u00a0mois", months=month)
            yield FileSlot(f"wave {month}", words, f"suivi-{month}-mois", TABLES)

    def months(self) -> tuple[int, ...]:
        """Return the months after which the programme asks, none where it cannot be read."""
        try:
            return tuple(self.read().follow_up.months)
        except MentorMatchError:
            return ()

    def slot(self, name: str) -> FileSlot:
        """Return a place by its name; raises RequestError where there is none."""
        for slot in self.slots():
            if slot.name == name:
                return slot
        raise RequestError(tr("Il n'y a pas de fichiers de ce genre"))

    def path(self, name: str) -> Path:
        """Return where the file of a place is, or would be."""
        return self.slot(name).path(self.folder)

    def waves(self) -> Mapping[int, Path]:
        """Return the answers of the year that are there, by month."""
        found = {month: self.path(f"wave {month}") for month in self.months()} if "waves" in self.more else {}
        return {month: path for month, path in found.items() if path.is_file()}

    def view(self) -> PanelView:
        """Return each file, with whether it is there and how another takes its place."""
        rows = [self._row(slot) for slot in self.slots()]
        return PanelView(title=tr("Vos fichiers"), lead=tr(LEAD, folder=self.folder.name or "."), rows=rows)

    def _row(self, slot: FileSlot) -> PanelRow:
        path = slot.path(self.folder)
        return PanelRow(
            name=slot.name,
            words=slot.words,
            told=self._describe_file(path) if path.is_file() else tr("pas encore là"),
            there=path.is_file(),
            act="put",
            act_words=tr("Choisir un fichier"),
            accept=",".join(slot.suffixes),
        )

    def _describe_file(self, path: Path) -> str:
        if self._is_example(path):
            return tr("exemple, avec des personnes inventées")
        status = path.stat()
        when = day(datetime.fromtimestamp(status.st_mtime).astimezone().date())
        size = tr("{size}\u00a0ko", size=decimal(max(status.st_size / 1000, 0.1), 1))
        return tr("{file}, {size}, du {day}", file=path.name, size=size, day=when)

    def _is_example(self, path: Path) -> bool:
        """Say whether a file is that of the example, as it was written."""
        own = examples.folder_of(self.example).joinpath(path.name)
        return own.is_file() and own.read_bytes() == path.read_bytes()

    def do(self, gesture: PanelGesture, content: bytes) -> None:
        """Put a file into its place; raises MentorMatchError where it is none, and then nothing has changed."""
        slot, suffix = self.slot(gesture.name), Path(gesture.value).suffix.lower()
        if gesture.act != "put" or suffix not in slot.suffixes:
            kinds = listed(list(slot.suffixes))
            raise SurveyError(about(slot.words, tr("il faut un fichier {kinds}", kinds=kinds)))
        if slot.name == "programme":
            _ = ProgrammeText.of(content, gesture.value).programme
        before, target = slot.path(self.folder), self.folder / f"{slot.stem}{suffix}"
        if before.is_file():
            keep_file(before)
        write_whole(target, content, private=slot.name != "programme")
        if before != target and before.is_file():
            before.unlink()
        self.said = tr(AGAIN)
