"""Jupyter widgets: board, form, files, documents and departures, with plain tables for viewers without a kernel."""

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
    """Make a notebook show the value of each named result, and the progress of work above one second.

    Each step can then be one line. Errors that a caller can act on are shown by their message, without a traceback.
    Outside a notebook nothing happens.
    """
    shell = notebook_shell()
    if shell is not None:
        shell.ast_node_interactivity = "last_expr_or_assign"
        MentorMatchError._render_traceback_ = format_error_lines  # type: ignore[attr-defined]  # IPython asks every error for it
        listen_always(ProgressCell())


def format_error_lines(error: MentorMatchError) -> list[str]:
    return str(error).splitlines()


class KernelWidget(anywidget.AnyWidget):
    """A widget of a notebook: ``asked`` is the request of the page, ``view`` the answer, with the same turn.

    A notebook saves the labels of people, which are codes unless the caller gives others, and a table for viewers that
    cannot show widgets.
    """

    words = traitlets.Dict().tag(sync=True)
    view = traitlets.Dict().tag(sync=True)
    asked = traitlets.Dict().tag(sync=True)

    @traitlets.observe("asked")
    def _answer(self, change: Mapping[str, Any]) -> None:
        self.view = self.answer(change["new"])

    def answer(self, request: Mapping[str, Any], content: bytes = b"") -> dict[str, Any]:
        """Return the view after a request, with the reason if it is refused; ``content`` is an uploaded file."""
        raise NotImplementedError

    def _repr_html_(self) -> str:
        raise NotImplementedError

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """Return the widget, with a table for viewers that cannot show widgets."""
        bundle = super()._repr_mimebundle_(**kwargs)
        if bundle is None:
            return None
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        return {**data, "text/html": self._repr_html_()}, metadata

    def __repr__(self) -> str:
        return f"{type(self).__name__}(...)"  # a notebook saves what it shows


class BoardWidget(KernelWidget):
    """A board in a notebook. ``board`` is its session, ``matching`` the current plan."""

    _esm = board_texts.script()
    _css = board_texts.stylesheet()

    def __init__(self, board: Board) -> None:
        self.board = board
        with language(board.language):
            super().__init__(view=board.state(), words=board_texts.get_board_texts())

    @property
    def matching(self) -> Matching:
        """The current plan; it can be saved, explained and compared like any matching."""
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
    """The form of a programme in a notebook; each kept version is written to the programme file.

    ``form`` is its session, ``programme`` the newest kept version.
    """

    _esm = notebook_script(*(("form", name) for name in (*form_texts.FORM_SCRIPTS, "in_notebook.js")))
    _css = notebook_style(("form", "form.css"))

    def __init__(self, form: ProgrammeForm, path: Path) -> None:
        self.form, self.path = form, path
        with language(form.language):
            super().__init__(view=self._describe(0), words=form_texts.get_form_texts())

    @property
    def programme(self) -> Programme:
        """The newest kept version."""
        return self.form.versions.newest.programme

    @property
    def cohort(self) -> Cohort:
        """The participants under the newest kept version."""
        return self.form.cohort_of(self.programme)

    def answer(self, request: Mapping[str, Any], content: bytes = b"") -> dict[str, Any]:
        """Return the form after a request; a kept version is written to the file, after a backup of the former one."""
        refusal, newest = "", self.form.versions.newest
        with language(self.form.language):
            try:
                self.form.do(parse_form_action(request.get("what")))
                if self.form.versions.newest is not newest:
                    back_up_file(self.path)
                    write_whole(self.path, self.form.versions.newest.content)
            except MentorMatchError as error:
                refusal = str(error)
            return self._describe(int(request.get("turn", 0)), refusal)

    def _describe(self, turn: int, refusal: str = "") -> dict[str, Any]:
        return {"turn": turn, "refusal": refusal, "file": self.path.name, "form": form_state(self.form)}

    def _repr_html_(self) -> str:
        form: dict[str, Any] = self.view["form"]
        criteria = [(entry["label"], entry["weight"]) for group in form["headings"] for entry in group["criteria"]]
        with language(self.form.language):
            tables = [
                ((tr("Critère"), tr("Poids")), [(label, f"{weight:g}") for label, weight in criteria]),
                ((tr("Règle"), tr("Ce qu'elle fait")), [(entry["label"], entry["effect"]) for entry in form["rules"]]),
            ]
            return render_template("told.html", title=form["name"], sentences=(), tables=tables)


class PanelWidget[AnyPanel: Panel](KernelWidget):
    """A panel in a notebook. Files are sent outside the state of the widget, which a notebook may save."""

    _esm = notebook_script(("panel", "panel.js"))
    _css = notebook_style()

    def __init__(self, panel: AnyPanel) -> None:
        self.panel = panel
        with language(panel.language):
            super().__init__(view=self._describe(0), words=panel_texts.get_panel_texts())
        self.on_msg(self._take)

    def _take(self, _: object, request: Mapping[str, Any], buffers: Sequence[Any]) -> None:
        self.view = self.answer(request, b"".join(map(bytes, buffers)))

    def answer(self, request: Mapping[str, Any], content: bytes = b"") -> dict[str, Any]:
        """Return the panel after a request; a requested file is sent separately."""
        refusal = ""
        with language(self.panel.language):
            try:
                self.panel.do(PanelAction.of(request.get("what")), content)
            except MentorMatchError as error:
                refusal = str(error)
            state = self._describe(int(request.get("turn", 0)), refusal)
        if self.panel.download and not refusal:
            name, content_to_send = self.panel.download
            self.send({"given": name}, [content_to_send])
        self.panel.download = None
        return state

    def _describe(self, turn: int, refusal: str = "") -> dict[str, Any]:
        return {"turn": turn, "refusal": refusal, **self.panel.state()}

    def _repr_html_(self) -> str:
        rows = [(row["words"], row["told"]) for row in self.view["rows"]]
        with language(self.panel.language):
            tables = [((tr("Quoi"), tr("Ce qui est là")), rows)] if rows else []
            sentences = [self.view[name] for name in ("lead", "said") if self.view[name]]
            return render_template("told.html", title=self.view["title"], sentences=sentences, tables=tables)


class FilesWidget(PanelWidget[FilesPanel]):
    """The paths of a programme's files, in a notebook."""

    @property
    def programme(self) -> Path:
        """The programme file."""
        return self.panel.path("programme")

    @property
    def answers(self) -> Path:
        """The answers to the questionnaire."""
        return self.panel.path("answers")

    @property
    def pairs(self) -> Path:
        """The hand-made pairs. Raises RequestError if they were not requested."""
        return self.panel.path("pairs")

    @property
    def contacts(self) -> Contacts:
        """Contact details and names of the people; see ``read_contacts``."""
        return read_contacts(self.panel.read(), self.answers)

    @property
    def waves(self) -> Mapping[int, Path]:
        """The existing follow-up files by month."""
        return self.panel.waves()


class DeparturesWidget(PanelWidget[DeparturesPanel]):
    """Departures and the repaired pairs, in a notebook."""

    @property
    def repair(self) -> Repair:
        """The repair of the pairs."""
        return self.panel.repair

    @property
    def matching(self) -> Matching:
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
    """Return a board on which staff revise a matching: inspect people and alternatives, pin and ban pairs, validate.

    The matching itself never changes; the widget's ``matching`` is the current plan.

    Parameters
    ----------
    matching
        The initial plan.
    folder
        The folder for the documents, the decision and its log after a validation.
    labels
        The labels of people; None: keys, or codes if keys identify people.
    time_limit_s
        The limit per move; None: no limit.
    """
    return BoardWidget(Board(matching, folder, labels=labels, time_limit_s=time_limit_s))


def open_form(programme: str | PathLike[str], answers: AnswerSource, *, seed: int = 0) -> FormWidget:
    """Return the form of a programme: weights, rules and goals, each edit tried at once on the people who answered.

    A kept version is written to the programme file with its comments, and the former file is backed up under the
    present date. The widget's ``programme`` is the newest kept version, its ``cohort`` the participants.

    Parameters
    ----------
    programme
        The file of a programme of pairs.
    answers
        The answers of both sides; see ``read_survey``.
    seed
        Breaks ties, as for ``match``.

    Raises
    ------
    ProgrammeError
        The file is no valid programme.
    RequestError
        The programme does not form pairs, or cannot be tried on these answers.
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
    """Return the files of a programme in a folder, which staff can replace; the widget has their paths.

    If there is no programme yet, the files of an example are written, so that a notebook runs at once.

    Parameters
    ----------
    folder
        The folder of the files, made if needed.
    more
        ``pairs``: also hand-made pairs; ``waves``: also follow-up answers.
    example
        The name of the example; see ``examples.names``.

    Raises
    ------
    RequestError
        There is no such example or kind of files.
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
    """Write the documents of a result, and return them as a widget to download them, or to write them again.

    For a board or departures, the current plan is written each time. Validated and edited documents stay until their
    replacement is requested.

    Parameters
    ----------
    result
        A matching, a year, groups, rounds, topics, dates, turns, a view, data for the next edition, or a widget with a
        plan.
    target
        A folder, or a file with its suffix.
    contacts
        With contacts, the widget offers names in the documents of matchings, years and groups; see ``read_contacts``.
        None: codes only.
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
    """Return the departures and the repaired pairs; staff choose people, and the document below follows.

    The widget's ``repair`` has the fate of each pair, its ``matching`` the repaired plan.

    Parameters
    ----------
    plan
        The pairs, or the board that has them.
    withdrawn
        Keys of people who leave initially; people who are not in the plan are ignored.
    labels
        The labels of people; None: keys, or codes if keys identify people.

    Raises
    ------
    RequestError
        The plan has no assignment to repair.
    """

    def now() -> Matching:
        return plan if isinstance(plan, Matching) else plan.matching

    return DeparturesWidget(DeparturesPanel.of(now, withdrawn, labels))
