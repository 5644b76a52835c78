"""The documents of a result in a folder: written at once, written again where asked, with or without names."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from mentormatch.errors import MentorMatchError, OverwriteError, RequestError
from mentormatch.explanation.names import GivenNames
from mentormatch.followup.year import Year
from mentormatch.groups.partition import Grouping
from mentormatch.groups.result import Result
from mentormatch.languages import language, mark, spoken, tr
from mentormatch.languages.phrases import moment
from mentormatch.operations.carry_over import CarryOver, write_carry_over
from mentormatch.operations.matching import Matching
from mentormatch.report.views.piece import Piece
from mentormatch.widgets.panel.panel import Panel, PanelBox, PanelButton, PanelGesture, PanelRow, PanelView

type Saved = Matching | Year | Result | Piece | CarryOver
"""What documents are written of."""

LEAD, HERE = mark("Dans le dossier « {folder} »."), mark("À côté de ce carnet.")
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
            lead=tr(HERE) if folder == Path.cwd() else tr(LEAD, folder=folder.name),
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
