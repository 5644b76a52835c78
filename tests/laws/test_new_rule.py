"""A rule that nobody knows yet is told, relaxed, waived and dropped by its own words, wherever rules are spoken of."""

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import pytest

import mentormatch as mm
from mentormatch import Cohort, Matching, Rule, Status, evaluate
from mentormatch.explanation.diagnosis.diagnose import diagnose_rules
from mentormatch.explanation.diagnosis.smallest_change import smallest_changes
from mentormatch.explanation.names import pseudonyms
from mentormatch.explanation.unmatched_people import explain_unmatched
from mentormatch.operations.matching import case_of
from mentormatch.rules import Market, PairIndices, cross_product, rules_by_kind
from tests.explanation.diagnosis.people import alike, pin, programme, words
from tests.laws.planted.rule import Charter

RULES = "mentormatch.rules"
SOURCE = Path(__file__).parents[2] / "src" / "mentormatch"


NAME = "charte des marraines"
SHY = "Sur 2 mentor·es, aucun n’est possible : « charte des marraines E2 » en exclut 2."
BUSY = "Aucune place : « charte des marraines M2 »."
FULL = (
    "2 mentor·es possibles, avec des places libres que les règles ne laissent pas prendre : "
    "« binôme imposé M2 - E2 » et « charte des marraines »."
)


def under(rule: Rule, people: Cohort, *others: Mapping[str, Any]) -> Matching:
    """Return the pairs of people under a rule that no file states."""
    return mm.match(people, programme(*others).with_rules([rule]))


def forbidding() -> Matching:
    return under(Charter(shy=["E2"]), alike(2, 2))


def bounding() -> Matching:
    return under(Charter(busy=["M2"]), alike(2, 2))


def coupling() -> Matching:
    return under(Charter(most=1), alike(2, 2), pin("M2", "E2"))


def coupling_by_name() -> Matching:
    return under(Charter(most=1, shy=["E2"]), alike(2, 2))


def impossible() -> Matching:
    return under(Charter(least=3, shy=["E2"]), alike(2, 2))


every_door = pytest.mark.parametrize(
    ("matching", "person", "reason", "change"),
    [
        (forbidding, "E2", SHY, "une exception à « charte des marraines E2 » pour ce binôme"),
        (bounding, "M2", BUSY, "une place chez M2"),
        (coupling, "E1", FULL, "« charte des marraines » relevé à 2 binômes au plus"),
    ],
)
"""What the rule does, who has nobody for it, why that is, and what would have to give."""


@every_door
def test_who_has_nobody_because_of_it_is_told_so_in_its_words(
    matching: Callable[[], Matching], person: str, reason: str, change: str
) -> None:
    found = matching()
    told = zip(found.unmatched, found.smallest_changes, strict=True)
    ((why, after),) = [(words(one.reason), after) for one, after in told if one.person == person]
    assert why == reason
    assert after is not None
    assert change in words(after.sentence)


@pytest.mark.parametrize(
    ("matching", "pair", "reason"),
    [
        (forbidding, ("M1", "E2"), "Ce binôme est exclu par « charte des marraines E2 »."),
        (bounding, ("M2", "E1"), f"M2 : {BUSY}"),
        (
            coupling,
            ("M1", "E1"),
            "Aucune répartition ne permet ce binôme sans enfreindre une règle : « binôme imposé M2 - E2 » et "
            "« charte des marraines ».",
        ),
    ],
)
def test_why_two_people_are_no_pair_is_told_in_its_words(
    matching: Callable[[], Matching], pair: tuple[str, str], reason: str
) -> None:
    why = matching().why_not(*pair)
    assert words(why.reason) == reason


def test_a_diagnosis_names_it_and_offers_what_the_rule_itself_says_can_be_relaxed() -> None:
    diagnosis = impossible().diagnosis
    assert diagnosis is not None
    assert diagnosis.conflict is not None
    assert "« charte des marraines E2 »" in words(diagnosis.conflict.sentence)
    assert [(change.code, words(change.sentence)) for change in diagnosis.ways_out] == [
        ("relax_charter", "Assouplir « charte des marraines E2 » de 2."),
        ("drop_rule", "Retirer la règle « charte des marraines E2 »."),
    ]
    for change in diagnosis.ways_out:
        after = programme().with_rules(change.rules)
        assert mm.match(alike(2, 2), after).status is Status.PROVED


def test_more_places_are_offered_where_it_bounds_them() -> None:
    matching = under(Charter(least=3), alike(1, 3))
    assert matching.diagnosis is not None
    codes = {change.code: words(change.sentence) for change in matching.diagnosis.ways_out}
    assert codes["more_places"] == "Ajouter 1 place chez M1."
    assert codes["relax_charter"] == "Assouplir « charte des marraines » de 1."


def test_a_pair_that_it_forbids_is_no_exception_that_anybody_is_offered_where_it_may_not_be_waived() -> None:
    class Promise(Charter):
        waivable: ClassVar[bool] = False

    matching = under(Promise(shy=["E2"]), alike(2, 2))
    assert matching.smallest_changes[-1] is None


def test_its_own_rank_decides_which_of_two_exceptions_is_proposed() -> None:
    class OfOneMentor(Charter):
        def forbidden_by_identity(self, market: Market) -> PairIndices:
            return cross_product(market.mentors.people_named(["M2"]), market.mentees.people_named(self.shy))

    banned = programme({"kind": "ban", "mentor": "M1", "mentee": "E1"})
    change = mm.match(alike(2, 1), banned.with_rules([OfOneMentor(shy=["E1"])])).smallest_changes[-1]
    assert change is not None
    assert change.people == ("M2", "E1")


def test_a_plan_that_breaks_it_breaks_it_by_its_name() -> None:
    rules = programme().with_rules([Charter(shy=["E2"], busy=["M2"], most=1)])
    broken = {(one.rule, one.people) for one in evaluate(alike(2, 2), rules, [("M1", "E2"), ("M2", "E1")]).breaches}
    name = "charte des marraines E2 M2"
    assert broken == {(name, ("M1", "E2")), (name, ("M2",)), (name, ())}


def test_a_repair_follows_it_and_leaves_it_out_where_it_says_that_it_no_longer_applies() -> None:
    class OfThoseHere(Charter):
        def applies_to(self, cohort: Cohort) -> bool:
            return all(cohort.mentees.has(key) for key in self.shy)

    people = alike(3, 3)
    repaired = mm.repair(under(OfThoseHere(shy=["E2"]), people), withdrawn=["M1"]).matching
    assert any("charte des marraines E2" in one.reason for one in repaired.unmatched)
    assert len(repaired.programme.rules) == 1
    assert mm.repair(under(OfThoseHere(shy=["E2"]), people), withdrawn=["E2"]).matching.programme.rules == ()


@pytest.mark.parametrize(
    "matching", [forbidding, bounding, impossible, lambda: under(Charter(most=1, shy=["E2"]), alike(2, 2))]
)
def test_it_is_told_with_people_as_they_are_called(matching: Callable[[], Matching]) -> None:
    found = replace(case_of(matching()), labels=pseudonyms(alike(2, 2)))
    told = [*(one.reason for one in explain_unmatched(found)), *(str(one) for one in smallest_changes(found))]
    told += diagnose_rules(found.cohort, found.scores, found.rules, labels=found.labels).sentences
    text = "\n".join(told)
    assert re.search(r"charte des marraines [EM]02", text)
    assert not re.search(r"\b[EM][12]\b", text)


def modules() -> Iterator[tuple[Path, ast.Module]]:
    """Yield the modules outside the files of the rules."""
    for path in sorted(SOURCE.rglob("*.py")):
        if "rules/kinds" not in path.as_posix():
            yield path.relative_to(SOURCE), ast.parse(path.read_text(encoding="utf-8"))


def asks_which(tree: ast.Module) -> Iterator[str]:
    """Yield where a module asks which rule it has before it: by its class, or by its kind."""
    nodes = [*ast.walk(tree)]
    kinds = rules_by_kind()
    named = {kind.__name__ for kind in kinds.values()}
    froms = [node for node in nodes if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(RULES)]
    classes = {alias.asname or alias.name for node in froms for alias in node.names if alias.name in named}
    for node in nodes:
        asked = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "isinstance"
        by_class = (asked or isinstance(node, ast.MatchClass)) and not classes.isdisjoint(inside(node, ast.Name, "id"))
        compared = isinstance(node, ast.Compare) and ".kind" in ast.unparse(node)
        if by_class or (compared and not kinds.keys().isdisjoint(inside(node, ast.Constant, "value"))):
            yield ast.unparse(node)


def inside(node: ast.AST, kind: type[ast.AST], attribute: str) -> Iterator[object]:
    """Yield an attribute of each node of a kind in another."""
    yield from (getattr(each, attribute) for each in ast.walk(node) if isinstance(each, kind))


def test_no_module_asks_which_rule_it_has_before_it() -> None:
    assert [f"{path}:{place}" for path, tree in modules() for place in asks_which(tree)] == []


@pytest.mark.parametrize(
    "line",
    [
        "from mentormatch.rules import Pin\nisinstance(rule, Pin)",
        "from mentormatch.rules import Pin\nmatch rule:\n    case Pin():\n        pass",
        "rule.kind == 'pin'",
        "rule.kind in ('load', 'quota')",
    ],
)
def test_a_module_that_does_is_found(line: str) -> None:
    assert [*asks_which(ast.parse(line))]
