"""Every criterion and rule states an example, and people are matched with it."""

import tomllib
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

import mentormatch as mm
from mentormatch import Programme, ProgrammeError, Status, examples
from mentormatch.examples import folder_of
from mentormatch.fields import Extension
from mentormatch.rules import rules_by_kind
from mentormatch.scoring.criterion import criteria_by_kind

STATED = {
    name: tomllib.loads((folder_of(name) / "programme.toml").read_text(encoding="utf-8")) for name in examples.names()
}
KINDS = [
    (part, kind) for part, kinds in (("criteria", criteria_by_kind()), ("rules", rules_by_kind())) for kind in kinds
]


def shown(part: str, kind: str) -> Mapping[str, Any]:
    """Return the example that a kind states."""
    return (criteria_by_kind() if part == "criteria" else rules_by_kind())[kind].example


def with_answers(stated: Any, answers: Sequence[str]) -> Any:
    """Return what a kind states with other answers wherever it names some."""
    if isinstance(stated, list):
        return [with_answers(part, answers) for part in stated]
    if not isinstance(stated, Mapping):
        return stated
    return {key: answers if key == "in" else with_answers(part, answers) for key, part in stated.items()}


ANSWERED = [(part, kind) for part, kind in KINDS if with_answers(shown(part, kind), []) != shown(part, kind)]
"""The kinds whose examples name answers."""


def without_example(kinds: Mapping[str, type[Extension]]) -> list[str]:
    """Return, in sentences, what has to be added for every kind to state an example."""
    return [
        f"`{kind}` states no example: write `example = {{...}}` below its `kind`, in words of the example programme."
        for kind, extension in kinds.items()
        if not isinstance(getattr(extension, "example", None), dict) or "example" not in vars(extension)
    ]


def test_every_criterion_and_rule_states_an_example() -> None:
    assert without_example({**criteria_by_kind(), **rules_by_kind()}) == []


def test_one_that_states_none_is_named_with_what_to_add() -> None:
    class Silent(Extension):
        """A kind that somebody forgot to show."""

    assert without_example({"silent": Silent})[0].startswith("`silent` states no example")


@pytest.mark.parametrize(("part", "kind"), ANSWERED)
def test_an_answer_that_is_no_option_is_refused_by_name(part: str, kind: str) -> None:
    name = "codeveloppement" if part == "rules" and not rules_by_kind()[kind].of_pairs else "mentorat"
    example = with_answers(shown(part, kind), ["nulle part"])
    with pytest.raises(ProgrammeError, match="nulle part"):
        Programme.read({**STATED[name], part: [*STATED[name][part], example]})


@pytest.mark.parametrize(("part", "kind"), KINDS)
def test_the_example_works_in_the_example_programme(part: str, kind: str) -> None:
    known = criteria_by_kind() if part == "criteria" else rules_by_kind()
    example = known[kind].example
    assert example["kind"] == kind
    name = "codeveloppement" if part == "rules" and not rules_by_kind()[kind].of_pairs else "mentorat"
    programme = Programme.read({**STATED[name], part: [*STATED[name][part], example]})
    stated = (programme.criteria if part == "criteria" else programme.rules)[-1]
    assert stated == known[kind].model_validate(example)
    made = mm.match if name == "mentorat" else mm.form_groups
    assert made(examples.cohort(name), programme).status is Status.PROVED
