"""What documents say beside the pairs where a programme asks for it: each takes solving again, once for all of them."""

from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from mentormatch.errors import RequestError
from mentormatch.explanation.names import KEYS, Labels
from mentormatch.explanation.tables import ResultSheet
from mentormatch.languages.translation import mark, tr
from mentormatch.operations.access import access, watched_fields
from mentormatch.operations.incentives import incentives
from mentormatch.operations.learn import Learning, learn_beside
from mentormatch.operations.matching import Matching
from mentormatch.operations.recoverable_plan import sturdy
from mentormatch.operations.recruit import recruit
from mentormatch.operations.recruitment import Recruitment

ACCESS, RECRUIT, INCENTIVES, STURDY, LEARN = "access", "recruit", "incentives", "sturdy", "learn"
TITLES: Mapping[str, str] = {
    ACCESS: mark("Égalité d'accès"),
    RECRUIT: mark("Qui recruter"),
    INCENTIVES: mark("Répondre autrement"),
    STURDY: mark("Tenir aux départs"),
    LEARN: mark("Ce que les années enseignent"),
}
"""In the order in which they stand in documents."""
SOLVED: Mapping[str, Callable[[Matching], Any]] = {
    ACCESS: lambda matching: access(matching, prices=False),
    RECRUIT: recruit,
    INCENTIVES: lambda matching: incentives(matching.cohort, matching.programme, seed=matching.seed),
    STURDY: sturdy,
    LEARN: learn_beside,
}
FOR_TEAM_ALONE = (INCENTIVES,)
"""What stands in the workbook of the team, and never on the page of the committee."""


@dataclass(frozen=True, slots=True)
class AnswerTexts:
    """What an answer tells: sentences, and a table."""

    sentences: tuple[str, ...]
    sheet: ResultSheet


@dataclass(frozen=True, slots=True)
class FurtherAnswer:
    """One answer beside the pairs: its name, its title, and what it tells; or, in a sentence, why nothing is told."""

    name: str
    title: str
    found: AnswerTexts | str


def further_answers(matching: Matching, labels: Labels = KEYS, without: Container[str] = ()) -> Iterator[FurtherAnswer]:
    """Yield what the programme asks for beside the pairs, where there are pairs, people under these labels."""
    for name in (name for name in answer_names(matching) if name not in without and matching.pairs):
        yield FurtherAnswer(name, tr(TITLES[name]), describe_answer(partial(solve_answer, matching, name), labels))


def answer_names(matching: Matching) -> list[str]:
    """Return the names of the answers that a programme asks for; what editions teach where some were given, too."""
    programme = matching.programme
    given = {ACCESS: bool(watched_fields(programme)), LEARN: bool(matching.editions)}
    return [name for name in TITLES if given.get(name, False) or name in programme.documents.sheets]


def solve_answer(matching: Matching, name: str) -> Any:
    """Return an answer, worked out when it is first asked for; raises RequestError where it cannot be."""
    known = vars(matching).setdefault("further_answers", {})
    if name not in known:
        known[name] = SOLVED[name](matching)
    return known[name]


def describe_answer(answer: Callable[[], Any], labels: Labels = KEYS) -> AnswerTexts | str:
    """Return what an answer tells, its people under these labels; or, in a sentence, why nothing is told."""
    try:
        found = answer()
    except RequestError as error:
        return error.message
    match found:
        case Recruitment():
            return AnswerTexts(tuple(found.sentences_for(labels)), found.sheet_with(labels))
        case Learning():
            return AnswerTexts(tuple(found.sentences_for(labels)), found.lessons.sheet)
        case _:
            return AnswerTexts(found.sentences, found.sheet)
