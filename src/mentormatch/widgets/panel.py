"""Panels of a notebook for files, documents and departures, as JSON.

A panel has lines with one action each, menus, boxes and buttons. ``FilesPanel`` replaces the files of a programme in a
folder, ``DocumentsPanel`` writes the documents of a result, ``DeparturesPanel`` repairs the pairs when people leave.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import Field as Setting
from pydantic import ValidationError

from mentormatch import examples
from mentormatch.base.atomic_files import write_whole
from mentormatch.base.generation import back_up_file
from mentormatch.base.strict_json import JsonMessage, schema_problems
from mentormatch.errors import MentorMatchError, OverwriteError, Problem, RequestError, SurveyError
from mentormatch.explanation.names import GivenNames, Labels
from mentormatch.fields import Side
from mentormatch.followup.lessons import Year
from mentormatch.groups.partition import Grouping
from mentormatch.groups.result import Result
from mentormatch.languages.phrases import about, day, decimal, listed, moment, quoted
from mentormatch.languages.translation import language, mark, spoken, tr
from mentormatch.operations.carry_over import CarryOver, write_carry_over
from mentormatch.operations.matching import Matching
from mentormatch.operations.repair import Repair, repair
from mentormatch.programme.edits import ProgrammeText
from mentormatch.programme.programme import Programme
from mentormatch.report.texts import spaced
from mentormatch.report.views.pairs import RepairPiece
from mentormatch.report.views.piece import Piece


class PanelRow(JsonMessage):
    """A line: its subject, its status, and its action ``act``, if any.

    ``accept`` has the suffixes of a file for the action ``put``, with commas; ``there`` is true if that file exists.
    """

    name: str
    words: str
    told: str = ""
    there: bool = False
    act: Literal["put", "give", "leave", ""] = ""
    act_words: str = ""
    accept: str = ""


class PanelMenu(JsonMessage):
    """A menu: its options as (value, text); the first option is empty and invites to choose."""

    name: str
    words: str
    options: list[tuple[str, str]]


class PanelBox(JsonMessage):
    """A checkbox."""

    name: str
    words: str
    on: bool


class PanelButton(JsonMessage):
    """A button; ``main`` is true for the next step."""

    name: str
    words: str
    main: bool = False


class PanelView(JsonMessage):
    """The contents of a panel; ``document`` is a complete HTML page, or empty."""

    title: str
    lead: str = ""
    said: str = ""
    rows: list[PanelRow] = Setting(default_factory=list)
    menus: list[PanelMenu] = Setting(default_factory=list)
    boxes: list[PanelBox] = Setting(default_factory=list)
    buttons: list[PanelButton] = Setting(default_factory=list)
    document: str = ""


class PanelAction(JsonMessage):
    """A request: upload or download a file, leave, choose an option, tick a box, press a button."""

    act: Literal["put", "give", "leave", "choose", "tick", "do"]
    name: Annotated[str, Setting(max_length=300)]
    value: Annotated[str, Setting(max_length=300)] = ""

    @classmethod
    def of(cls, value: object) -> "PanelAction":
        """Parse a request. Raises RequestError, without its contents, if it is malformed."""
        try:
            return cls.model_validate(value)
        except ValidationError as error:
            message = tr("La demande n'est pas de celles que ce panneau comprend")
            raise RequestError(message, schema_problems(error)) from None


@dataclass
class Panel(ABC):
    """A panel: ``notice`` is the result of the last request, ``download`` a requested file as (name, bytes)."""

    notice: str = ""
    download: tuple[str, bytes] | None = None

    @property
    @abstractmethod
    def language(self) -> str:
        """The language of the panel."""

    @abstractmethod
    def view(self) -> PanelView:
        """Return the contents of the panel."""

    @abstractmethod
    def do(self, gesture: PanelAction, content: bytes) -> None:
        """Run a request, with the bytes of a file. Raises MentorMatchError if it is refused."""

    def state(self) -> dict[str, Any]:
        """Return the contents as JSON, with typographic spaces in texts."""
        with language(self.language):
            view = self.view()
            view = view.model_copy(update={"said": self.notice})
            state: dict[str, Any] = space_texts(view.model_dump(mode="json"))
            return state


def space_texts(value: Any, key: str = "") -> Any:
    """Return JSON with typographic spaces in texts, but not in names, values and pages."""
    if isinstance(value, dict):
        return {name: space_texts(item, name) for name, item in value.items()}
    if isinstance(value, list):
        return [space_texts(item, key) for item in value]
    return spaced(value) if isinstance(value, str) and key in ("words", "told", "lead", "said", "title") else value


def get_panel_texts() -> dict[str, str]:
    """Return the texts of the script in the current language, and the code of the language."""
    return {"language": spoken(), "panel_working": spaced(tr("Un instant…"))}


# Optional files: pairs made by hand, and follow-up answers
type OptionalFiles = Literal["pairs", "waves"]

TABLE_SUFFIXES = (".csv", ".xlsx", ".ods", ".xls", ".xlsb", ".tsv")


@dataclass(frozen=True, slots=True)
class FileSlot:
    """The place of a file: its name in requests, its description, and its file name without suffix."""

    name: str
    words: str
    stem: str
    suffixes: tuple[str, ...]

    def path(self, folder: Path) -> Path:
        """Return the newest file of this name, or the path of its first format if none exists."""
        existing = [path for suffix in self.suffixes if (path := folder / f"{self.stem}{suffix}").is_file()]
        return max(
            existing, key=lambda path: path.stat().st_mtime_ns, default=folder / f"{self.stem}{self.suffixes[0]}"
        )


@dataclass
class FilesPanel(Panel):
    """The files in a folder.

    The files of an example are written if there is no programme yet. If the programme is the example's, missing files
    of ``more`` are written too.

    Raises RequestError if there is no such example or kind of files, and OutputError if a file cannot be written.
    """

    folder: Path = field(default_factory=Path)
    example: str = "mentorat"
    more: Sequence[OptionalFiles] = ()

    def __post_init__(self) -> None:
        kinds = get_args(OptionalFiles.__value__)
        if unknown_kinds := [kind for kind in self.more if kind not in kinds]:
            problems = [
                Problem(kind, tr("inconnu"), listed([quoted(name) for name in kinds])) for kind in unknown_kinds
            ]
            raise RequestError(tr("Il n'y a pas de fichiers de ce genre"), problems)
        if not self.path("programme").is_file():
            examples.copy_to(self.folder, self.example)
        if self._is_example(self.path("programme")):  # another notebook may have written it without these
            if "pairs" in self.more and not self.path("pairs").is_file():
                examples.copy_pairs_to(self.folder, self.example)
            if "waves" in self.more and not self.waves():
                examples.copy_waves_to(self.folder, self.example)

    @property
    def language(self) -> str:
        """The language of the programme, or the current language if it cannot be read."""
        try:
            return self.read().heading.language
        except MentorMatchError:
            return spoken()

    def read(self) -> Programme:
        """Return the programme. Raises ProgrammeError with every mistake in it."""
        return Programme.load(self.slot("programme").path(self.folder))

    def slots(self) -> Iterator[FileSlot]:
        """Yield the places of files."""
        yield FileSlot("programme", tr("Le programme"), "programme", (".toml",))
        yield FileSlot("answers", tr("Les réponses au questionnaire"), "reponses", TABLE_SUFFIXES)
        if "pairs" in self.more:
            yield FileSlot("pairs", tr("Vos binômes faits à la main"), "binomes-a-la-main", TABLE_SUFFIXES)
        for month in self.months() if "waves" in self.more else ():
            words = tr("Les réponses à {months}\u00a0mois", months=month)
            yield FileSlot(f"wave {month}", words, f"suivi-{month}-mois", TABLE_SUFFIXES)

    def months(self) -> tuple[int, ...]:
        """Return the months of the follow-up, empty if the programme cannot be read."""
        try:
            return tuple(self.read().follow_up.months)
        except MentorMatchError:
            return ()

    def slot(self, name: str) -> FileSlot:
        """Return a place by name. Raises RequestError for an unknown name."""
        for slot in self.slots():
            if slot.name == name:
                return slot
        raise RequestError(tr("Il n'y a pas de fichiers de ce genre"))

    def path(self, name: str) -> Path:
        """Return the path of the file of a place, existing or not."""
        return self.slot(name).path(self.folder)

    def waves(self) -> Mapping[int, Path]:
        """Return the existing follow-up files by month; empty without ``waves`` in ``more``."""
        paths = {month: self.path(f"wave {month}") for month in self.months()} if "waves" in self.more else {}
        return {month: path for month, path in paths.items() if path.is_file()}

    def view(self) -> PanelView:
        """Return a line per file with its status."""
        rows = [self._row(slot) for slot in self.slots()]
        return PanelView(
            title=tr("Vos fichiers"),
            lead=tr(
                "Dans le dossier « {folder} ». Pour travailler avec vos fichiers, choisissez-les ici ; rien ne part"
                " ailleurs que dans ce dossier.",
                folder=self.folder.name or ".",
            ),
            rows=rows,
        )

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
        date_text = day(datetime.fromtimestamp(status.st_mtime).astimezone().date())
        size = tr("{size}\u00a0ko", size=decimal(max(status.st_size / 1000, 0.1), 1))
        return tr("{file}, {size}, du {day}", file=path.name, size=size, day=date_text)

    def _is_example(self, path: Path) -> bool:
        """Return whether a file equals that of the example."""
        original = examples.folder_of(self.example).joinpath(path.name)
        return original.is_file() and original.read_bytes() == path.read_bytes()

    def do(self, gesture: PanelAction, content: bytes) -> None:
        """Replace the file of a place. Raises MentorMatchError, with nothing changed, if the file does not fit."""
        slot, suffix = self.slot(gesture.name), Path(gesture.value).suffix.lower()
        if gesture.act != "put" or suffix not in slot.suffixes:
            kinds = listed(list(slot.suffixes))
            raise SurveyError(about(slot.words, tr("il faut un fichier {kinds}", kinds=kinds)))
        if slot.name == "programme":
            _ = ProgrammeText.of(content, gesture.value).programme
        before, target = slot.path(self.folder), self.folder / f"{slot.stem}{suffix}"
        for former in {before, target}:
            if former.is_file():
                back_up_file(former)
        write_whole(target, content, private=slot.name != "programme")
        if before != target and before.is_file():
            before.unlink()
        self.notice = tr(
            "C'est pris. Pour que la suite en tienne compte, relancez les étapes du dessous : menu « Run »"
            " (« Exécuter »), puis « Run All Cells » ; sur une page Voilà, rechargez-la. L'ancien fichier reste à"
            " côté, sous sa date."
        )


type Saveable = Matching | Year | Result | Piece | CarryOver

# By the end of the file name; the first match wins.
DOCUMENT_LABELS: dict[str, str] = {
    ".resume.html": mark("le résumé pour le comité, sur deux pages"),
    ".xlsx": mark("le classeur, à relire en équipe"),
    ".html": mark("la page, à lire et à imprimer"),
    ".csv": mark("le tableau des binômes, pour un tableur"),
    ".decision.json": mark("la décision, que l'on peut revérifier"),
    ".journal.jsonl": mark("le journal : qui a décidé quoi, et pourquoi"),
    ".json": mark("les mêmes résultats, pour un programme"),
    ".ics": mark("le calendrier, pour tout agenda"),
}


@dataclass(frozen=True, slots=True)
class DocumentOutput:
    """The output of documents: a function for the present result, target, author and names."""

    compute: Callable[[], Saveable]
    target: Path
    who: str | None = None
    why: str = ""
    contacts: GivenNames | None = None

    def write(self, *, named: bool, replace: bool) -> Sequence[Path]:
        """Write all documents and return the files. Raises OutputError if one cannot be written."""
        names = self.contacts if named else None
        match self.compute():
            case Matching() as matching:
                return matching.save(self.target, who=self.who, why=self.why, replace=replace, names=names)
            case Year() as year:
                return year.save(self.target, replace=replace, names=names)
            case Grouping() as groups if not self.target.suffix:
                return write_groups(groups.named(names) if names else groups, self.target, replace=replace)
            case Result() as result:
                return [result.save(self.target, replace=replace)]
            case Piece() as piece:
                return [piece.save(self.target)]
            case carried:
                return [write_carry_over(carried, self.target)]


def write_groups(groups: Grouping, folder: Path, *, replace: bool) -> Sequence[Path]:
    """Write the page for everyone, the workbook of the team, and the data for the next season."""
    page, data, book = folder / "groupes.html", folder / "groupes.json", folder / "groupes-equipe.xlsx"
    groups.save(page, data, replace=replace)
    groups.save(book, staff=True, replace=replace)
    return [page, book, data]


@dataclass
class DocumentsPanel(Panel):
    """The documents of a result, written at once; validated or edited ones are replaced only on request."""

    plan: DocumentOutput = field(default_factory=lambda: DocumentOutput(refuse_empty, Path()))
    named: bool = False
    files: Sequence[Path] = ()
    held: bool = False

    def __post_init__(self) -> None:
        with language(self.language):
            try:
                self._write(replace=False)
            except OverwriteError:
                self.notice = tr("Ce qui est là a été validé, ou quelqu'un y a écrit : rien n'a été remplacé.")
                self.held = True
                self.files = sorted(path for path in self.plan.target.glob("*") if path.suffix and path.is_file())

    @property
    def language(self) -> str:
        """The language of the programme, or the current language."""
        code: str = getattr(self.plan.compute(), "language", None) or spoken()
        return code

    def _write(self, *, replace: bool) -> None:
        self.files = list(self.plan.write(named=self.named, replace=replace))
        self.held, time_text = False, moment(datetime.now().astimezone())
        self.notice = tr("Écrit le {when}.", when=time_text)

    def view(self) -> PanelView:
        """Return the files, and the buttons to write them again."""
        target = self.plan.target
        folder = (target.parent if target.suffix else target).resolve()
        boxes = []
        if self.plan.contacts is not None:
            words = tr("Écrire les noms dans les documents ; sans cela, ils n'ont que des codes")
            boxes.append(PanelBox(name="names", words=words, on=self.named))
        button_text = tr("Garder l'ancien à côté, et remplacer") if self.held else tr("Écrire de nouveau")
        return PanelView(
            title=tr("Les documents"),
            lead=tr("À côté de ce carnet.")
            if folder == Path.cwd()
            else tr("Dans le dossier « {folder} ».", folder=folder.name),
            rows=[self._row(path) for path in self.files],
            boxes=boxes,
            buttons=[PanelButton(name="again", words=button_text)],
        )

    def _row(self, path: Path) -> PanelRow:
        is_carry_over = isinstance(self.plan.compute(), CarryOver)
        description = (
            tr("ce que l'édition suivante doit savoir, en codes")
            if is_carry_over
            else next((tr(text) for suffix, text in DOCUMENT_LABELS.items() if path.name.endswith(suffix)), "")
        )
        return PanelRow(name=path.name, words=path.name, told=description, act="give", act_words=tr("Télécharger"))

    def do(self, gesture: PanelAction, content: bytes) -> None:
        """Return a file, switch names on or off, or write again. Raises MentorMatchError if that fails."""
        self.download = None
        match gesture.act:
            case "give":
                paths = [path for path in self.files if path.name == gesture.name and path.is_file()]
                if not paths:
                    raise RequestError(tr("Ce fichier n'est plus là"))
                self.download = paths[0].name, paths[0].read_bytes()
            case "tick":
                before, self.named = self.named, gesture.value == "true"
                try:
                    self._write(replace=False)
                except MentorMatchError:
                    self.named = before
                    raise
            case _:
                try:
                    self._write(replace=self.held)
                except OverwriteError:
                    self.held = True
                    raise


def refuse_empty() -> Saveable:
    """Raise RequestError, because there is nothing to write."""
    raise RequestError(tr("Il n'y a rien à écrire"))


@dataclass
class DeparturesPanel(Panel):
    """The people who leave a plan, by key, and the repaired pairs; ``labels`` None: codes, or pseudonyms."""

    compute: Callable[[], Matching] = field(default_factory=lambda: no_plan)
    leavers: list[tuple[Side, str]] = field(default_factory=list)
    labels: Labels | None = None

    def __post_init__(self) -> None:
        self.before = self.compute()
        self.repair = self._repair(self.leavers)

    @classmethod
    def of(cls, compute: Callable[[], Matching], withdrawn: Sequence[str], labels: Labels | None) -> "DeparturesPanel":
        """Return the panel with initial departures; people who are not in the plan are ignored."""
        matching = compute()
        people = [(side, matching.cohort.side(side)) for side in map(matching.side_of, withdrawn)]
        rows = [(side, person.row_of(key), person) for (side, person), key in zip(people, withdrawn, strict=True)]
        present = [(side, person.ids[row]) for side, row, person in rows if row is not None]
        return cls(compute=compute, leavers=present, labels=labels)

    @property
    def language(self) -> str:
        return self.before.language

    @property
    def called(self) -> Labels:
        """The labels of people."""
        return self.before.labels if self.labels is None else self.labels

    def people(self) -> Iterator[tuple[str, Side, str]]:
        """Yield each person: an anonymous name for requests, side and key."""
        sides: tuple[Side, Side] = ("mentor", "mentee")
        for side in sides:
            for row, key in enumerate(self.before.cohort.side(side).ids, start=1):
                yield f"{side[0] if side == 'mentor' else 'e'}{row}", side, key

    def view(self) -> PanelView:
        """Return the people who leave, the people who could, and the repaired pairs."""
        leavers = set(self.leavers)
        entries = [(name, self._name_person(side, key), (side, key) in leavers) for name, side, key in self.people()]
        options = [("", tr("choisir…")), *((name, label) for name, label, is_leaving in entries if not is_leaving)]
        status = tr("s'en va")
        return PanelView(
            title=tr("Qui s'en va ?"),
            lead=tr(
                "La réparation place le plus de monde possible, défait le moins de binômes possible, et ensuite"
                " seulement gagne des points."
            ),
            rows=[
                PanelRow(name=name, words=label, told=status, act="leave", act_words=tr("Reste finalement"))
                for name, label, is_leaving in entries
                if is_leaving
            ],
            menus=[PanelMenu(name="person", words=tr("Une personne de plus s'en va"), options=options)],
            buttons=[
                PanelButton(name="again", words=tr("Repartir des binômes du dessus, tels qu'ils sont maintenant"))
            ],
            document=RepairPiece(self.repair.matching, self.called, self.repair).page(),
        )

    def _name_person(self, side: Side, key: str) -> str:
        name = self.called.person(side, key)
        return tr("{name}, mentor·e", name=name) if side == "mentor" else tr("{name}, mentoré·e", name=name)

    def do(self, gesture: PanelAction, content: bytes) -> None:
        """Mark a person as leaving or staying, or restart from the present plan.

        Raises RequestError for an unknown person.
        """
        people_by_name = {name: (side, key) for name, side, key in self.people()}
        match gesture.act:
            case "choose" if gesture.value in people_by_name:
                leavers = [*self.leavers, people_by_name[gesture.value]]
            case "leave" if gesture.name in people_by_name:
                leavers = [person for person in self.leavers if person != people_by_name[gesture.name]]
            case "do":
                self.before = self.compute()
                leavers = [person for person in self.leavers if self.before.cohort.side(person[0]).has(person[1])]
            case _:
                raise RequestError(tr("Cette personne n'est pas dans ces binômes"))
        self.repair = self._repair(leavers)
        self.leavers, self.notice = leavers, str(self.repair)

    def _repair(self, leavers: Sequence[tuple[Side, str]]) -> Repair:
        return repair(self.before, withdrawn=list(dict.fromkeys(key for _, key in leavers)))


def no_plan() -> Matching:
    raise RequestError(tr("Il n'y a aucune répartition à réparer"))
