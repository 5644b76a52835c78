"""What Jupyter shows: board, form, files, documents and departures as widgets, and as plain tables without a kernel."""

from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import Any

from mentormatch.base.atomic_files import write_whole
from mentormatch.base.generation import back_up_file
from mentormatch.base.progress import listen_always
from mentormatch.errors import MentorMatchError, OutputError
from mentormatch.explanation.names import GivenNames, Labels
from mentormatch.languages.translation import language, tr
from mentormatch.operations.matching import Matching
from mentormatch.operations.repair import Repair
from mentormatch.people.cohort import Cohort
from mentormatch.people.keys import Key
from mentormatch.programme.edits import ProgrammeText
from mentormatch.programme.enrolment import AnswerSource, read_contacts, read_survey
from mentormatch.programme.programme import Programme, require_pairs
from mentormatch.report.exporters.page import fragment
from mentormatch.report.texts import render_template
from mentormatch.survey.contacts import Contacts
from mentormatch.widgets import panel as panel_texts
from mentormatch.widgets.board import texts as board_texts
from mentormatch.widgets.board.session import Board
from mentormatch.widgets.form import texts as form_texts
from mentormatch.widgets.form.changes import parse_form_action
from mentormatch.widgets.form.session import ProgrammeForm
from mentormatch.widgets.form.view import form_state
from mentormatch.widgets.pages import notebook_script, notebook_style
from mentormatch.widgets.panel import (
    DeparturesPanel,
    DocumentOutput,
    DocumentsPanel,
    FilesPanel,
    OptionalFiles,
    Panel,
    PanelAction,
    Saveable,
)
from mentormatch.widgets.progress import ProgressCell, notebook_shell

try:
    import anywidget
    import traitlets
except ModuleNotFoundError:
    raise OutputError(
        tr("Les outils de carnet ont besoin de Jupyter et d'anywidget → pip install 'mentormatch-engine[notebook]'")
    ) from None


def prepare_notebook() -> None:
    """Have a notebook show what each cell gives a name to, and how far work is that takes more than a second.

    So each step can be one line. Errors that a caller can act on are told in their words, without the lines of code
    that led there. Anywhere else nothing happens.
    """
    shell = notebook_shell()
    if shell is not None:
        shell.ast_node_interactivity = "last_expr_or_assign"
        MentorMatchError._render_traceback_ = lines_of  # type: ignore[attr-defined]  # IPython asks every error for it
        listen_always(ProgressCell())


def lines_of(error: MentorMatchError) -> list[str]:
    """Return what an error says, line by line."""
    return str(error).splitlines()


class KernelWidget(anywidget.AnyWidget):
    """A widget of a notebook: ``asked`` comes from the page, ``view``, with the turn that it answers, goes to it.

    What a notebook saves of it are codes or pseudonyms, and a table for where no widget can be shown.
    """

    words = traitlets.Dict().tag(sync=True)
    view = traitlets.Dict().tag(sync=True)
    asked = traitlets.Dict().tag(sync=True)

    @traitlets.observe("asked")
    def _answer(self, change: Mapping[str, Any]) -> None:
        self.view = self.answer(change["new"])

    def answer(self, request: Mapping[str, Any], content: bytes = b"") -> dict[str, Any]:
        """Return the view that answers what was asked, with why it was refused; ``content`` is that of a file."""
        raise NotImplementedError

    def _repr_html_(self) -> str:
        raise NotImplementedError

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """Return the widget, and a table for where no widget can be shown."""
        bundle = super()._repr_mimebundle_(**kwargs)
        if bundle is None:
            return None
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        return {**data, "text/html": self._repr_html_()}, metadata

    def __repr__(self) -> str:
        return f"{type(self).__name__}(...)"  # a notebook saves what it shows


class BoardWidget(KernelWidget):
    """A board in a notebook. ``board`` is the session: its ``matching`` is the plan at present."""

    _esm = board_texts.script()
    _css = board_texts.stylesheet()

    def __init__(self, board: Board) -> None:
        self.board = board
        with language(board.language):
            super().__init__(view=board.state(), words=board_texts.get_board_texts())

    @property
    def matching(self) -> Matching:
        """The plan at present; it can be saved, explained and compared like any other."""
        return self.board.matching

    def answer(self, request: Mapping[str, Any], content: bytes = b"") -> dict[str, Any]:
        """Return the board after an action."""
        return self.board.answer(request)

    def __repr__(self) -> str:
        return f"BoardWidget({len(self.matching.solution.pairs)} pairs)"

    def _repr_html_(self) -> str:
        with language(self.board.language):
            return fragment(self.matching, self.board.labels)


class FormWidget(KernelWidget):
    """The form of a programme in a notebook: a version that is kept is written into the programme's file.

    ``form`` is the session, ``programme`` the version that was kept last.
    """

    _esm = notebook_script(*(("form", name) for name in (*form_texts.FORM_SCRIPTS, "in_notebook.js")))
    _css = notebook_style(("form", "form.css"))

    def __init__(self, form: ProgrammeForm, path: Path) -> None:
        self.form, self.path = form, path
        with language(form.language):
            super().__init__(view=self._describe(0), words=form_texts.get_form_texts())

    @property
    def programme(self) -> Programme:
        """The version that was kept last."""
        return self.form.versions.newest.programme

    @property
    def cohort(self) -> Cohort:
        """Who takes part under the version that was kept last."""
        return self.form.cohort_of(self.programme)

    def answer(self, request: Mapping[str, Any], content: bytes = b"") -> dict[str, Any]:
        """Return the form after a gesture; a version that is kept is in the file then, and the former one beside it."""
        refusal, kept = "", self.form.versions.newest
        with language(self.form.language):
            try:
                self.form.do(parse_form_action(request.get("what")))
                if self.form.versions.newest is not kept:
                    back_up_file(self.path)
                    write_whole(self.path, self.form.versions.newest.content)
            except MentorMatchError as error:
                refusal = str(error)
            return self._describe(int(request.get("turn", 0)), refusal)

    def _describe(self, turn: int, refusal: str = "") -> dict[str, Any]:
        return {"turn": turn, "refusal": refusal, "file": self.path.name, "form": form_state(self.form)}

    def _repr_html_(self) -> str:
        form: dict[str, Any] = self.view["form"]
        criteria = [(one["label"], one["weight"]) for group in form["headings"] for one in group["criteria"]]
        with language(self.form.language):
            tables = [
                ((tr("Critère"), tr("Poids")), [(label, f"{weight:g}") for label, weight in criteria]),
                ((tr("Règle"), tr("Ce qu'elle fait")), [(one["label"], one["effect"]) for one in form["rules"]]),
            ]
            return render_template("told.html", title=form["name"], sentences=(), tables=tables)


class PanelWidget[AnyPanel: Panel](KernelWidget):
    """A panel in a notebook. Files come and go beside the state of the widget, which a notebook may save."""

    _esm = notebook_script(("panel", "panel.js"))
    _css = notebook_style()

    def __init__(self, panel: AnyPanel) -> None:
        self.panel = panel
        with language(panel.language):
            super().__init__(view=self._describe(0), words=panel_texts.get_panel_texts())
        self.on_msg(self._take)

    def _take(self, _: object, request: Mapping[str, Any], buffers: Sequence[Any]) -> None:
        """Take a file, which came beside what was asked."""
        self.view = self.answer(request, b"".join(map(bytes, buffers)))

    def answer(self, request: Mapping[str, Any], content: bytes = b"") -> dict[str, Any]:
        """Return the panel after a gesture; a file that was asked for is sent beside it."""
        refusal = ""
        with language(self.panel.language):
            try:
                self.panel.do(PanelAction.of(request.get("what")), content)
            except MentorMatchError as error:
                refusal = str(error)
            state = self._describe(int(request.get("turn", 0)), refusal)
        if self.panel.download and not refusal:
            name, given = self.panel.download
            self.send({"given": name}, [given])
        self.panel.download = None
        return state

    def _describe(self, turn: int, refusal: str = "") -> dict[str, Any]:
        return {"turn": turn, "refusal": refusal, **self.panel.state()}

    def _repr_html_(self) -> str:
        rows = [(one["words"], one["told"]) for one in self.view["rows"]]
        with language(self.panel.language):
            tables = [((tr("Quoi"), tr("Ce qui est là")), rows)] if rows else []
            sentences = [self.view[name] for name in ("lead", "said") if self.view[name]]
            return render_template("told.html", title=self.view["title"], sentences=sentences, tables=tables)


class FilesWidget(PanelWidget[FilesPanel]):
    """The files of a programme in a notebook, each by its path."""

    @property
    def programme(self) -> Path:
        """The file of the programme."""
        return self.panel.path("programme")

    @property
    def answers(self) -> Path:
        """The answers to the questionnaire."""
        return self.panel.path("answers")

    @property
    def pairs(self) -> Path:
        """The pairs that were made by hand; raises RequestError where they were not asked for."""
        return self.panel.path("pairs")

    @property
    def contacts(self) -> Contacts:
        """How the people are reached, and their names; see ``read_contacts``."""
        return read_contacts(self.panel.read(), self.answers)

    @property
    def waves(self) -> Mapping[int, Path]:
        """The answers of the year that are there, by month."""
        return self.panel.waves()


class DeparturesWidget(PanelWidget[DeparturesPanel]):
    """Who leaves, and the repaired pairs, in a notebook."""

    @property
    def repair(self) -> Repair:
        """What became of each pair."""
        return self.panel.repair

    @property
    def matching(self) -> Matching:
        """The repaired plan."""
        return self.panel.repair.matching

    def _repr_html_(self) -> str:
        return self.repair._repr_html_()


def open_board(
    matching: Matching,
    folder: str | PathLike[str] = "binomes",
    *,
    labels: Labels | None = None,
    time_limit_s: float | None = None,
) -> BoardWidget:
    """Return a board on which staff revise a matching: choose a person, see others and their price, impose, validate.

    The matching itself never changes; that of the board is its ``matching``.

    Parameters
    ----------
    matching
        What the session begins with.
    folder
        Where the documents, the decision and its log are written once somebody validates.
    labels
        What people are called; None: their codes, or pseudonyms where keys are e-mail addresses.
    time_limit_s
        For each move; None: until it is solved.
    """
    return BoardWidget(Board(matching, folder, labels=labels, time_limit_s=time_limit_s))


def open_form(programme: str | PathLike[str], answers: AnswerSource, *, seed: int = 0) -> FormWidget:
    """Return the form of a programme: weights, rules and goals, each gesture tried at once on those who answered.

    A version that staff keep is written into the file of the programme, its comments kept, and the former one beside
    it under its date. The widget's ``programme`` is the version kept last, its ``cohort`` who takes part.

    Parameters
    ----------
    programme
        The file of a programme of pairs.
    answers
        Those of both sides; see ``read_survey``.
    seed
        Settles ties, as for ``match``.

    Raises
    ------
    ProgrammeError
        The file is no programme, or not one of pairs.
    SurveyError
        The answers cannot be read.
    """
    path = Path(programme)
    require_pairs(Programme.load(path))
    text = ProgrammeText(ProgrammeText.of(path.read_bytes()).text, path.name, path.parent)
    form = ProgrammeForm(text, lambda tried: read_survey(tried, answers), seed=seed)
    form.trial()
    return FormWidget(form, path)


def open_files(folder: str | PathLike[str], *more: OptionalFiles, example: str = "mentorat") -> FilesWidget:
    """Return the files of a programme in a folder, of which staff choose others; the widget has their paths.

    Where there is no programme yet, the files of an example are written, so that a notebook runs at once.

    Parameters
    ----------
    folder
        Where the files are; made if need be.
    more
        ``pairs``: also pairs made by hand; ``waves``: also what was answered during the year.
    example
        Which one; see ``examples.names``.

    Raises
    ------
    RequestError
        There is no such example, or no such kind of files.
    OutputError
        A file cannot be written.
    """
    return FilesWidget(FilesPanel(folder=Path(folder), example=example, more=more))


def open_documents(
    result: Saveable | BoardWidget | DeparturesWidget,
    target: str | PathLike[str],
    *,
    contacts: GivenNames | None = None,
    who: str | None = None,
    why: str = "",
) -> PanelWidget[DocumentsPanel]:
    """Write the documents of a result, and return them as a widget: each to download, all to write again.

    Of a board, or of departures, the plan that is there when they are written. What was validated, or in which somebody
    wrote, stays until its replacement is asked for.

    Parameters
    ----------
    result
        A matching, a year, groups, dates, turns, a view, what the next edition needs, or a widget that has a plan.
    target
        A folder, or one file by its suffix.
    contacts
        With these the widget offers names in documents; see ``read_contacts``. None: there are codes only.
    who, why
        For the log of a folder; see ``Matching.save``.

    Raises
    ------
    OutputError
        A file cannot be written.
    RequestError
        There is no result to write, or names do not fit its people.
    """

    def now() -> Saveable:
        return result.matching if isinstance(result, (BoardWidget, DeparturesWidget)) else result

    return PanelWidget(DocumentsPanel(plan=DocumentOutput(now, Path(target), who, why, contacts)))


def open_departures(plan: Matching | BoardWidget, *withdrawn: Key, labels: Labels | None = None) -> DeparturesWidget:
    """Return who leaves, and the pairs repaired at once; staff choose people, and the document below follows.

    The widget's ``repair`` is what became of each pair, its ``matching`` the repaired plan.

    Parameters
    ----------
    plan
        The pairs, or the board that has them.
    withdrawn
        Keys of people who leave to begin with; those who are not there are left aside.
    labels
        What people are called; None: their codes, or pseudonyms where keys are e-mail addresses.

    Raises
    ------
    RequestError
        The plan has no answer that could be repaired.
    """

    def now() -> Matching:
        return plan if isinstance(plan, Matching) else plan.matching

    return DeparturesWidget(DeparturesPanel.of(now, withdrawn, labels))
