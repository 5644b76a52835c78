"""The panels of a notebook: files, documents and departures, each line with one thing to do.

What every panel is: lines, each with one thing to do, menus, boxes and buttons, told as JSON and asked in JSON.

The files of a programme in a folder: which there are, and others in their place.

The documents of a result in a folder: written at once, written again where asked, with or without names.

Who leaves: chosen from those who are there; the pairs are repaired at once.
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
from mentormatch.base.strict_json import JsonMessage
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

WORDS = {"panel_working": mark("Un instant…")}
"""Texts of the script, by the names that it knows."""


class PanelRow(JsonMessage):
    """One line: what it is about, what is told of it, and what can be done, ``act``, if anything.

    A file that is ``put`` has one of the suffixes that it ``accept``s; ``there``: all is well with it.
    """

    name: str
    words: str
    told: str = ""
    there: bool = False
    act: Literal["put", "give", "leave", ""] = ""
    act_words: str = ""
    accept: str = ""


class PanelMenu(JsonMessage):
    """A menu: its options as (value, words); the first, which is empty, asks to choose."""

    name: str
    words: str
    options: list[tuple[str, str]]


class PanelBox(JsonMessage):
    """A box to tick."""

    name: str
    words: str
    on: bool


class PanelButton(JsonMessage):
    """A button; the ``main`` one is what comes next."""

    name: str
    words: str
    main: bool = False


class PanelView(JsonMessage):
    """All that a panel shows; ``document`` is a page of its own."""

    title: str
    lead: str = ""
    said: str = ""
    rows: list[PanelRow] = Setting(default_factory=list)
    menus: list[PanelMenu] = Setting(default_factory=list)
    boxes: list[PanelBox] = Setting(default_factory=list)
    buttons: list[PanelButton] = Setting(default_factory=list)
    document: str = ""


class PanelGesture(JsonMessage):
    """What is asked: a file is put or given, a line is left, an option chosen, a box ticked, a button pressed."""

    act: Literal["put", "give", "leave", "choose", "tick", "do"]
    name: Annotated[str, Setting(max_length=300)]
    value: Annotated[str, Setting(max_length=300)] = ""

    @classmethod
    def of(cls, value: object) -> "PanelGesture":
        """Return what was asked; raises RequestError, without a word of what it held, where it is no such thing."""
        try:
            return cls.model_validate(value)
        except ValidationError as error:
            found = error.errors(include_url=False, include_input=False)
            problems = [Problem(".".join(map(str, one["loc"])), one["type"]) for one in found]
            raise RequestError(tr("La demande n'est pas de celles que ce panneau comprend"), problems) from None


@dataclass
class Panel(ABC):
    """A panel: ``said`` is what the last gesture came to, ``given`` a file that was asked for: its name and bytes."""

    said: str = ""
    given: tuple[str, bytes] | None = None

    @property
    @abstractmethod
    def language(self) -> str:
        """The language that is spoken in it."""

    @abstractmethod
    def view(self) -> PanelView:
        """Return what it shows."""

    @abstractmethod
    def do(self, gesture: PanelGesture, content: bytes) -> None:
        """Do what is asked, with the bytes of a file; raises MentorMatchError where it is refused."""

    def state(self) -> dict[str, Any]:
        """Return what it shows as JSON, its texts as they are printed."""
        with language(self.language):
            view = self.view()
            view = view.model_copy(update={"said": self.said})
            state: dict[str, Any] = space_texts(view.model_dump(mode="json"))
            return state


def space_texts(value: Any, key: str = "") -> Any:
    """Return JSON with every text as it is printed, but names, values and pages."""
    if isinstance(value, dict):
        return {name: space_texts(one, name) for name, one in value.items()}
    if isinstance(value, list):
        return [space_texts(one, key) for one in value]
    return spaced(value) if isinstance(value, str) and key in ("words", "told", "lead", "said", "title") else value


def words() -> dict[str, str]:
    """Return the texts of the script in the language that is spoken, and its code."""
    return {"language": spoken(), **{name: spaced(tr(text)) for name, text in WORDS.items()}}


type MoreFiles = Literal["pairs", "waves"]
"""Files beside programme and answers: pairs made by hand, and what was asked during the year."""

TABLES = (".csv", ".xlsx", ".ods", ".xls", ".xlsb", ".tsv")
"""Suffixes of tables of answers."""
AGAIN = mark(
    "C'est pris. Pour que la suite en tienne compte, relancez les étapes du dessous : menu « Run » (« Exécuter »),"
    " puis « Run All Cells » ; sur une page Voilà, rechargez-la. L'ancien fichier reste à côté, sous sa date."
)
LEAD_OF_FILES = mark(
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
        return PanelView(title=tr("Vos fichiers"), lead=tr(LEAD_OF_FILES, folder=self.folder.name or "."), rows=rows)

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
            back_up_file(before)
        write_whole(target, content, private=slot.name != "programme")
        if before != target and before.is_file():
            before.unlink()
        self.said = tr(AGAIN)


type Saved = Matching | Year | Result | Piece | CarryOver
"""What documents are written of."""

IN_FOLDER, HERE = mark("Dans le dossier « {folder} »."), mark("À côté de ce carnet.")
NAMED = mark("Écrire les noms dans les documents ; sans cela, ils n'ont que des codes")
KEPT = mark("Ce qui est là a été validé, ou quelqu'un y a écrit : rien n'a été remplacé.")
HOLDS: dict[str, str] = {
    ".resume.html": mark("le résumé pour le comité, sur deux pages"),
    ".xlsx": mark("le classeur, à relire en équipe"),
    ".html": mark("la page, à lire et à imprimer"),
    ".csv": mark("le tableau des binômes, pour un tableur"),
    ".decision.json": mark("la décision, que l'on peut revérifier"),
    ".journal.jsonl": mark("le journal : qui a décidé quoi, et pourquoi"),
    ".json": mark("les mêmes résultats, pour un programme"),
    ".ics": mark("le calendrier, pour tout agenda"),
}
"""What a file is, by how its name ends; the first that fits."""
NEXT = mark("ce que l'édition suivante doit savoir, en codes")


@dataclass(frozen=True, slots=True)
class WritingPlan:
    """How documents are written: of what is there ``now``, where, under whose name, with whose names."""

    now: Callable[[], Saved]
    target: Path
    who: str | None = None
    why: str = ""
    contacts: GivenNames | None = None

    def write(self, *, named: bool, replace: bool) -> Sequence[Path]:
        """Write all of them and return the files; raises OutputError where one cannot be."""
        names = self.contacts if named else None
        match self.now():
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
    """Write the page for all, the workbook of the team, and what the next season reads."""
    page, data, book = folder / "groupes.html", folder / "groupes.json", folder / "groupes-equipe.xlsx"
    groups.save(page, data, replace=replace)
    groups.save(book, staff=True, replace=replace)
    return [page, book, data]


@dataclass
class DocumentsPanel(Panel):
    """The documents of a result, written when it is made; what was validated is replaced only where that is asked."""

    plan: WritingPlan = field(default_factory=lambda: WritingPlan(refuse_empty, Path()))
    named: bool = False
    files: Sequence[Path] = ()
    held: bool = False

    def __post_init__(self) -> None:
        with language(self.language):
            try:
                self._write(replace=False)
            except OverwriteError:
                self.said, self.held = tr(KEPT), True
                self.files = sorted(path for path in self.plan.target.glob("*") if path.suffix and path.is_file())

    @property
    def language(self) -> str:
        """The language of the programme, or the one that is spoken."""
        code: str = getattr(self.plan.now(), "language", None) or spoken()
        return code

    def _write(self, *, replace: bool) -> None:
        self.files = list(self.plan.write(named=self.named, replace=replace))
        self.held, when = False, moment(datetime.now().astimezone())
        self.said = tr("Écrit le {when}.", when=when)

    def view(self) -> PanelView:
        """Return the files, and the ways to write them again."""
        target = self.plan.target
        folder = (target.parent if target.suffix else target).resolve()
        boxes = [PanelBox(name="names", words=tr(NAMED), on=self.named)] if self.plan.contacts is not None else []
        again = tr("Garder l'ancien à côté, et remplacer") if self.held else tr("Écrire de nouveau")
        return PanelView(
            title=tr("Les documents"),
            lead=tr(HERE) if folder == Path.cwd() else tr(IN_FOLDER, folder=folder.name),
            rows=[self._row(path) for path in self.files],
            boxes=boxes,
            buttons=[PanelButton(name="again", words=again)],
        )

    def _row(self, path: Path) -> PanelRow:
        carried = isinstance(self.plan.now(), CarryOver)
        holds = tr(NEXT) if carried else next((tr(text) for end, text in HOLDS.items() if path.name.endswith(end)), "")
        return PanelRow(name=path.name, words=path.name, told=holds, act="give", act_words=tr("Télécharger"))

    def do(self, gesture: PanelGesture, content: bytes) -> None:
        """Give a file, name people or not, or write again; raises MentorMatchError where that cannot be."""
        self.given = None
        match gesture.act:
            case "give":
                found = [path for path in self.files if path.name == gesture.name and path.is_file()]
                if not found:
                    raise RequestError(tr("Ce fichier n'est plus là"))
                self.given = found[0].name, found[0].read_bytes()
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


def refuse_empty() -> Saved:
    """Raise RequestError: there is nothing to write."""
    raise RequestError(tr("Il n'y a rien à écrire"))


ROLES: dict[Side, str] = {"mentor": mark("{name}, mentor·e"), "mentee": mark("{name}, mentoré·e")}
LEAD_OF_DEPARTURES = mark(
    "La réparation place le plus de monde possible, défait le moins de binômes possible, et ensuite seulement gagne des"
    " points."
)


@dataclass
class DeparturesPanel(Panel):
    """People who leave a plan, by their keys, and the repaired pairs; ``labels`` None: codes, or pseudonyms."""

    now: Callable[[], Matching] = field(default_factory=lambda: no_plan)
    gone: list[tuple[Side, str]] = field(default_factory=list)
    labels: Labels | None = None

    def __post_init__(self) -> None:
        self.before = self.now()
        self.repair = self._repair(self.gone)

    @classmethod
    def of(cls, now: Callable[[], Matching], withdrawn: Sequence[str], labels: Labels | None) -> "DeparturesPanel":
        """Return it with people who leave to begin with; those who are not in the plan are left aside."""
        matching = now()
        sides = [(matching.side_of(key), key) for key in withdrawn]
        there = [(side, key) for side, key in sides if matching.cohort.side(side).has(key)]
        return cls(now=now, gone=there, labels=labels)

    @property
    def language(self) -> str:
        """The language of the programme."""
        return self.before.language

    @property
    def called(self) -> Labels:
        """What people are called."""
        return self.before.labels if self.labels is None else self.labels

    def people(self) -> Iterator[tuple[str, Side, str]]:
        """Yield everybody: the name in gestures, which tells nothing of them, the side, the key."""
        sides: tuple[Side, Side] = ("mentor", "mentee")
        for side in sides:
            for row, key in enumerate(self.before.cohort.side(side).ids, start=1):
                yield f"{side[0] if side == 'mentor' else 'e'}{row}", side, key

    def view(self) -> PanelView:
        """Return who leaves, who else could, and what became of the pairs."""
        gone = set(self.gone)
        everybody = [(name, self._name_person(side, key), (side, key) in gone) for name, side, key in self.people()]
        options = [("", tr("choisir…")), *((name, called) for name, called, left in everybody if not left)]
        left = tr("s'en va")
        return PanelView(
            title=tr("Qui s'en va ?"),
            lead=tr(LEAD_OF_DEPARTURES),
            rows=[
                PanelRow(name=name, words=called, told=left, act="leave", act_words=tr("Reste finalement"))
                for name, called, gone in everybody
                if gone
            ],
            menus=[PanelMenu(name="person", words=tr("Une personne de plus s'en va"), options=options)],
            buttons=[
                PanelButton(name="again", words=tr("Repartir des binômes du dessus, tels qu'ils sont maintenant"))
            ],
            document=RepairPiece(self.repair.matching, self.called, self.repair).page(),
        )

    def _name_person(self, side: Side, key: str) -> str:
        return tr(ROLES[side], name=self.called.person(side, key))

    def do(self, gesture: PanelGesture, content: bytes) -> None:
        """Have somebody leave or stay, or take the plan as it is now; raises RequestError where nobody is meant."""
        found = {name: (side, key) for name, side, key in self.people()}
        match gesture.act:
            case "choose" if gesture.value in found:
                gone = [*self.gone, found[gesture.value]]
            case "leave" if gesture.name in found:
                gone = [one for one in self.gone if one != found[gesture.name]]
            case "do":
                self.before = self.now()
                gone = [one for one in self.gone if self.before.cohort.side(one[0]).has(one[1])]
            case _:
                raise RequestError(tr("Cette personne n'est pas dans ces binômes"))
        self.repair = self._repair(gone)
        self.gone, self.said = gone, str(self.repair)

    def _repair(self, gone: Sequence[tuple[Side, str]]) -> Repair:
        return repair(self.before, withdrawn=list(dict.fromkeys(key for _, key in gone)))


def no_plan() -> Matching:
    """Raise RequestError: there is no plan to repair."""
    raise RequestError(tr("Il n'y a aucune répartition à réparer"))
