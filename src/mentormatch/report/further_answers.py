"""Optional analyses that documents show with the pairs: each solves again, once for all documents of a matching."""

from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from mentormatch.errors import RequestError
from mentormatch.explanation.names import KEY_LABELS, Labels
from mentormatch.explanation.tables import ResultSheet
from mentormatch.languages.translation import mark, tr
from mentormatch.operations.access import access, watched_fields
from mentormatch.operations.incentives import incentives
from mentormatch.operations.learn import Learning, learn_from_matching
from mentormatch.operations.matching import Matching
from mentormatch.operations.recoverable_plan import sturdy
from mentormatch.operations.recruit import recruit
from mentormatch.operations.recruitment import Recruitment

ACCESS, RECRUIT, INCENTIVES, STURDY, LEARN = "access", "recruit", "incentives", "sturdy", "learn"


@dataclass(frozen=True, slots=True)
class Analysis:
    """An optional analysis: its title, its function, and the texts of its result with people under labels."""

    title: str
    run: Callable[[Matching], Any]
    sentences: Callable[[Any, Labels], Iterable[str]] = lambda result, _: result.sentences
    sheet: Callable[[Any, Labels], ResultSheet] = lambda result, _: result.sheet


# In the order of the documents
ANALYSES: Mapping[str, Analysis] = {
    ACCESS: Analysis(mark("Égalité d'accès"), lambda matching: access(matching, prices=False)),
    RECRUIT: Analysis(mark("Qui recruter"), recruit, Recruitment.sentences_for, Recruitment.sheet_with),
    INCENTIVES: Analysis(
        mark("Répondre autrement"),
        lambda matching: incentives(matching.cohort, matching.programme, seed=matching.seed),
    ),
    STURDY: Analysis(mark("Tenir aux départs"), sturdy),
    LEARN: Analysis(
        mark("Ce que les années enseignent"),
        learn_from_matching,
        Learning.sentences_for,
        lambda result, _: result.lessons.sheet,
    ),
}
# In the workbook of the team, never on the page
STAFF_ONLY = (INCENTIVES,)


@dataclass(frozen=True, slots=True)
class AnalysisTexts:
    """The sentences and the table of an analysis."""

    sentences: tuple[str, ...]
    sheet: ResultSheet


@dataclass(frozen=True, slots=True)
class OptionalAnalysis:
    """An optional analysis: its name, its title, and its texts, or a sentence why there are none."""

    name: str
    title: str
    found: AnalysisTexts | str


def get_optional_analyses(
    matching: Matching, labels: Labels = KEY_LABELS, without: Container[str] = ()
) -> Iterator[OptionalAnalysis]:
    """Yield the analyses that the programme requests, except those named in ``without``; none if there is no pair."""
    for name in (name for name in get_analysis_names(matching) if name not in without and matching.pairs):
        texts = describe_analysis(name, partial(run_analysis, matching, name), labels)
        yield OptionalAnalysis(name, tr(ANALYSES[name].title), texts)


def get_analysis_names(matching: Matching) -> list[str]:
    """Return the names of the requested analyses; access and lessons are implied by their data."""
    programme = matching.programme
    has_data = {ACCESS: bool(watched_fields(programme)), LEARN: bool(matching.editions)}
    return [name for name in ANALYSES if has_data.get(name, False) or name in programme.documents.sheets]


def run_analysis(matching: Matching, name: str) -> Any:
    """Return the result of an analysis, computed at the first call. Raises RequestError if it cannot be computed."""
    results = vars(matching).setdefault("further_answers", {})
    if name not in results:
        results[name] = ANALYSES[name].run(matching)
    return results[name]


def describe_analysis(name: str, compute: Callable[[], Any], labels: Labels = KEY_LABELS) -> AnalysisTexts | str:
    """Return the texts of an analysis, with people under these labels, or a sentence why there are none."""
    try:
        result = compute()
    except RequestError as error:
        return error.message
    analysis = ANALYSES[name]
    return AnalysisTexts(tuple(analysis.sentences(result, labels)), analysis.sheet(result, labels))
