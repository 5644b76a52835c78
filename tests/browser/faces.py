"""Every kind of page and of fragment there is, each made from a whole edition."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from tempfile import TemporaryDirectory

from jinja2.meta import find_referenced_templates
from jinja2.nodes import Template

import mentormatch
from mentormatch import Experiment, Matching, access, estimate, evaluate, incentives, lessons, suggest
from mentormatch.explanation.names import KEY_LABELS, cohort_names
from mentormatch.fields.base import CHOICE_KINDS
from mentormatch.inspection.section import writer_for
from mentormatch.notebook import BoardWidget, DeparturesWidget, FilesWidget, FormWidget
from mentormatch.operations.experiment import draw_plan
from mentormatch.operations.matching import exporter_for
from mentormatch.programme.edits import ProgrammeText
from mentormatch.report.folder import make_content
from mentormatch.report.followup import year_page
from mentormatch.report.handouts import common_text, make_handouts
from mentormatch.report.pair_cards import pair_cards
from mentormatch.report.pictures import Distribution, Fairness, HeatMap, Map, Waterfall
from mentormatch.report.pictures.timeline import Timeline
from mentormatch.report.profiles import for_readers
from mentormatch.report.sessions import SessionDocuments, session_page
from mentormatch.report.texts import make_template_environment, render_template
from mentormatch.report.view import summary_labels
from mentormatch.report.views.pairs import EvaluationPiece, RepairPiece
from mentormatch.results import Repair
from mentormatch.widgets.board.session import Board
from mentormatch.widgets.form.session import ProgrammeForm
from mentormatch.widgets.panel import DeparturesPanel, FilesPanel
from tests.groups.edition_texts import gathered
from tests.report.edition import Edition
from tests.report.views.samples import views

LIVE = (
    "script",
    "img",
    "svg",
    "iframe",
    "style",
    "link",
    "meta",
    "base",
    "object",
    "embed",
    "form",
    "input",
    "a",
    "math",
)
"""Elements that run, load or lead elsewhere."""

type Face = Callable[[Edition], str]


def result(one: Edition) -> str:
    return exporter_for(".html").content(one.matching).decode()


def summary(one: Edition) -> str:
    names = cohort_names(one.contacts, one.matching.cohort, one.matching.programme)
    return make_content(exporter_for(".resume.html"), one.matching, None, names).decode()


def intake(one: Edition) -> str:
    return writer_for(".html").content(one.intake).decode()


def anonymous(one: Edition) -> str:
    return next(content.decode() for name, content in for_readers(one.profiles, "mentee") if "html" in name)


def handed(one: Edition) -> str:
    return render_template(
        "handouts.html", handed=make_handouts(one.matching, one.contacts), common=common_text(one.matching, None)
    )


def year(one: Edition) -> str:
    return year_page(one.year).decode()


def group(one: Edition) -> str:
    return session_page(SessionDocuments(gathered(one)[0], staff=True)).decode()


def view(one: Edition) -> str:
    return str(one.matching.show.pairs(names=True).page())


def cards(one: Edition) -> str:
    return pair_cards(one.matching, summary_labels(one.matching, None), one.contacts)


PAGES: Mapping[str, Face] = {
    "page.html": result,
    "summary.html": summary,
    "intake.html": intake,
    "profiles.html": anonymous,
    "handouts.html": handed,
    "follow_up.html": year,
    "gathering.html": group,
    "view_page.html": view,
    "pair_cards.html": cards,
}
"""How each whole page is made, by its template."""


def shown(one: Edition) -> Iterator[object]:
    """Yield one of every kind of object that shows itself in a notebook."""
    yield from (one.matching, one.year, BoardWidget(Board(one.matching)))
    yield from (one.intake, one.intake.reading, one.intake.fates, one.intake.remarks, one.intake.questions)
    yield one.intake.market
    yield from (*gathered(one), *map(Timeline, gathered(one)))
    first = one.matching.pairs[0]
    yield from (
        HeatMap(one.matching, KEY_LABELS),
        Distribution(one.matching, KEY_LABELS),
        Fairness(one.matching, KEY_LABELS),
    )
    yield from (
        Waterfall(one.matching, KEY_LABELS, mentor=first.mentor, mentee=first.mentee),
        Map(one.matching, KEY_LABELS),
    )
    yield from (one.matching.show, *views(one.matching, names=one.contacts))
    yield from made(one.matching)
    yield from told(one)
    with TemporaryDirectory() as folder:
        yield from used(one.matching, Path(folder))


def told(one: Edition) -> Iterator[object]:
    """Yield the results that are shown by their sentences and their table."""
    cohort, programme = one.matching.cohort, one.matching.programme
    yield from (suggest(cohort, programme), estimate(cohort, programme))
    yield from (incentives(cohort, programme), lessons([one.year]))
    weighed = [
        criterion.model_copy(update={"weight": 1.0 + place}) for place, criterion in enumerate(programme.criteria)
    ]
    other = programme.model_copy(update={"criteria": weighed})
    yield draw_plan(cohort, Experiment.of(programme, other, seed=7))
    fields = {
        name: field.model_copy(update={"watch": field.kind in CHOICE_KINDS and field.use == "match"})
        for name, field in programme.fields.items()
    }
    watched = access(replace(one.matching, programme=programme.model_copy(update={"fields": fields})), prices=False)
    yield from (watched, *watched.questions)


def made(matching: Matching) -> Iterator[object]:
    """Yield plans that were made by hand, and after somebody left."""
    by_hand = evaluate(matching.cohort, matching.programme, [(pair.mentor, pair.mentee) for pair in matching.pairs])
    yield from (
        by_hand,
        EvaluationPiece.of(by_hand),
        Repair(matching, matching),
        RepairPiece.of(Repair(matching, matching)),
    )


def used(matching: Matching, folder: Path) -> Iterator[object]:
    """Yield the widgets by which staff do something."""
    path = matching.programme.save(folder / "programme.toml")
    form = ProgrammeForm(ProgrammeText.of(path.read_bytes()), lambda _: matching.cohort)
    yield from (FormWidget(form, path), FilesWidget(FilesPanel(folder=folder)))
    yield DeparturesWidget(DeparturesPanel.of(lambda: matching, [], None))


def fragments(one: Edition) -> list[str]:
    """Return what a notebook shows of each."""
    return [html_of(each) for each in shown(one)]


def html_of(one: object) -> str:
    """Return what a notebook shows of an object."""
    html: str = one._repr_html_()  # type: ignore[attr-defined]  # all that is shown has it
    return html


def templates() -> set[str]:
    """Return the templates that are filled, not put into others: each is a page or a fragment; steps are no markup."""
    names = {name for name in make_template_environment().list_templates("html") if not name.startswith("steps/")}
    return names - {used for name in names for used in find_referenced_templates(parsed(name)) if used}


def parsed(name: str) -> Template:
    """Return a template as its tree."""
    return make_template_environment().parse(source_of(name))


def source_of(name: str) -> str:
    """Return the text of a template."""
    loader = make_template_environment().loader
    assert loader
    return loader.get_source(make_template_environment(), name)[0]


@cache
def written() -> set[str]:
    """Return the names of the elements that our templates write."""
    sources = map(source_of, make_template_environment().list_templates("html"))
    return {name for source in sources for name in re.findall(r"<(\w+)", source)}


def showing() -> set[str]:
    """Return every class of the project that shows itself in a notebook and is made as it is."""
    for module in walk_packages(mentormatch.__path__, "mentormatch."):
        if not module.name.endswith("__main__"):
            import_module(module.name)
    own = [one for one in below(object) if one.__module__.startswith("mentormatch.")]
    # By name: a widget that is shown has a class of its own of the same name, and a module that a test left may linger
    bases = {one.__name__ for one in own if {each.__name__ for each in below(one)} - {one.__name__}}
    return {one.__name__ for one in own if hasattr(one, "_repr_html_") and not is_abstract(one)} - bases


def below(base: type) -> set[type]:
    """Return all classes below one."""
    found: set[type] = set(type.__subclasses__(base))
    return found | {deeper for one in found if one is not type for deeper in below(one)}


def is_abstract(one: type) -> bool:
    """Say whether nothing can be of this class as it is."""
    return bool(getattr(one, "__abstractmethods__", ()))
