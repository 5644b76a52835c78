"""A programme is taken by what serves it, and all else names that: in Python, on the command line, as JSON."""

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

import mentormatch as mm
from mentormatch import MentorMatchError, Programme, RequestError, answer_json, examples, language
from mentormatch.cli.commands import app
from mentormatch.contract.operation import SAMPLE_COHORT, ask, operations_by_kind
from mentormatch.groups.sessions import dates_of, topics_of, turns_of
from mentormatch.programme.programme import FUNCTION_BY_OPERATION

pytestmark = pytest.mark.promise(37)

GROUPS, SESSIONS, PAIRS = "codeveloppement", "groupe-de-travail", "mentorat"
SERVED = {GROUPS: {"groups"}, SESSIONS: {"topics", "dates", "turns"}, PAIRS: {"match"}}
HEADING = {"programme": {"name": "Essai"}}
PROGRAMMES = {
    "match": HEADING,
    "groups": {**HEADING, "groups": {"size": 4}},
    "sessions": {**HEADING, "sessions": {"number": 3}},
}
OF_PAIRS: dict[str, Callable[[mm.Cohort, Programme], object]] = {
    "match": mm.match,
    "plans": mm.plans,
    "diagnose": mm.diagnose,
    "estimate": mm.estimate,
    "evaluate": lambda cohort, programme: mm.evaluate(cohort, programme, []),
}


def named(error: MentorMatchError) -> set[str]:
    """Return the operations that an error names, as commands and as functions."""
    said = str(error)
    found = {
        name
        for name, function in FUNCTION_BY_OPERATION.items()
        if f"`mentormatch {name}`" in said and f"`{function}`" in said
    }
    assert all(hasattr(mm, FUNCTION_BY_OPERATION[name]) for name in found)
    return found


@pytest.mark.parametrize("kind", [GROUPS, SESSIONS])
@pytest.mark.parametrize("operation", OF_PAIRS)
def test_what_forms_pairs_refuses_another_programme_and_names_what_serves_it(operation: str, kind: str) -> None:
    with pytest.raises(RequestError) as refused:
        OF_PAIRS[operation](examples.cohort(kind), examples.programme(kind))
    assert named(refused.value) == SERVED[kind]


def test_groups_and_sessions_refuse_a_programme_of_pairs_and_name_match() -> None:
    cohort, programme = examples.cohort(PAIRS), examples.programme(PAIRS)
    for asked in (mm.form_groups, topics_of, dates_of, turns_of):
        with pytest.raises(MentorMatchError) as refused:
            asked(cohort, programme)
        assert named(refused.value) == SERVED[PAIRS]


@pytest.mark.parametrize("kind", [GROUPS, SESSIONS])
def test_a_board_and_handouts_have_nothing_to_stand_on(kind: str, tmp_path: Path) -> None:
    files = examples.copy_to(tmp_path, kind)
    for command in ("match", "plans", "estimate", "diagnose", "why-not", "alternatives"):
        asked = [command, files.answers, *{"why-not": ["M1", "E1"], "alternatives": ["M1"]}.get(command, [])]
        done = CliRunner().invoke(app, [*map(str, asked), "-p", str(files.programme)])
        assert done.exit_code == 3, done.output
        assert all(f"`mentormatch {name}`" in done.stderr for name in SERVED[kind])
        assert (done.stdout, "optimal" in done.stderr) == ("", False)


@pytest.mark.parametrize("kind", operations_by_kind())
def test_every_operation_of_the_contract_names_what_serves_a_programme_of_another_kind(kind: str) -> None:
    if kind == "verify":
        return
    operation = operations_by_kind()[kind]
    own = "match" if "mentors" in operation.example() else "groups" if kind in ("groups", "rotate") else "sessions"
    for other, programme in PROGRAMMES.items():
        if other == own or (own == "sessions" and other == "groups"):
            continue
        asked = {**operation.example(), "programme": programme}
        with language("en"), pytest.raises(MentorMatchError) as refused:
            ask(kind, asked)
        assert named(refused.value) == (SERVED[SESSIONS] if other == "sessions" else {other})


def test_the_json_face_of_match_refuses_too() -> None:
    with pytest.raises(RequestError) as refused:
        answer_json({**SAMPLE_COHORT, "programme": PROGRAMMES["groups"]})
    assert named(refused.value) == {"groups"}
