"""Optional analyses that documents show with the pairs: each solves again, once for all documents of a matching."""

from collections.abc import Callable, Container, Iterator, Mapping
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
# In the order of the documents
ANALYSIS_TITLES: Mapping[str, str] = {
    ACCESS: mark("Égalité d'accès"),
    RECRUIT: mark("Qui recruter"),
    INCENTIVES: mark("Répondre autrement"),
    STURDY: mark("Tenir aux départs"),
    LEARN: mark("Ce que les années enseignent"),
}
ANALYSES: Mapping[str, Callable[[Matching], Any]] = {
    ACCESS: lambda matching: access(matching, prices=False),
    RECRUIT: recruit,
    INCENTIVES: lambda matching: incentives(matching.cohort, matching.programme, seed=matching.seed),
    STURDY: sturdy,
    LEARN: learn_from_matching,
}
# In the workbook of the team, never on the page for the committee
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
        yield OptionalAnalysis(
            name, tr(ANALYSIS_TITLES[name]), describe_analysis(partial(run_analysis, matching, name), labels)
        )


def get_analysis_names(matching: Matching) -> list[str]:
    """Return the names of the requested analyses; access and lessons are implied by their data."""
    programme = matching.programme
    has_data = {ACCESS: bool(watched_fields(programme)), LEARN: bool(matching.editions)}
    return [name for name in ANALYSIS_TITLES if has_data.get(name, False) or name in programme.documents.sheets]


def run_analysis(matching: Matching, name: str) -> Any:
    """Return the result of an analysis, computed at the first call. Raises RequestError if it cannot be computed."""
    results = vars(matching).setdefault("further_answers", {})
    if name not in results:
        results[name] = ANALYSES[name](matching)
    return results[name]


def describe_analysis(analysis: Callable[[], Any], labels: Labels = KEY_LABELS) -> AnalysisTexts | str:
    """Return the texts of an analysis, with people under these labels, or a sentence why there are none."""
    try:
        result = analysis()
    except RequestError as error:
        return error.message
    match result:
        case Recruitment():
            return AnalysisTexts(tuple(result.sentences_for(labels)), result.sheet_with(labels))
        case Learning():
            return AnalysisTexts(tuple(result.sentences_for(labels)), result.lessons.sheet)
        case _:
            return AnalysisTexts(result.sentences, result.sheet)
