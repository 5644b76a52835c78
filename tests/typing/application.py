"""What an application does with mentormatch, for type checkers: it is read, and not run."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import mentormatch as mm


@dataclass(frozen=True)
class Member:
    """Somebody as the application knows them."""

    key: str
    languages: list[str]

    def record(self) -> dict[str, object]:
        return {"Code": self.key, "Langues": self.languages}


def edition() -> mm.Programme:
    return mm.Programme(
        heading=mm.sections.Heading(name="Spring", language="en"),
        fields={"Code": mm.fields.Text(use="key"), "Langues": mm.fields.Choices(options=["fr", "en"])},
        criteria=[mm.criteria.Overlap(field="Langues", weight=2)],
        rules=[mm.rules.Require(field="Langues", among=["fr"])],
    )


def edition_of_lists(languages: list[str], sides: dict[str, mm.fields.Choices], seats: list[int]) -> mm.Programme:
    """Build a programme from variables, whatever they are inferred to be: lists, tuples and mappings of one kind."""
    overlaps = [mm.criteria.Overlap(field=name, weight=2) for name in sides]
    required = (mm.rules.Require(field=languages[0], among=languages),)
    months = list(range(1, 13, 3))
    programme = mm.Programme(
        heading=mm.sections.Heading(name="Autumn"),
        fields=sides,
        criteria=overlaps,
        rules=required,
        follow_up=mm.sections.FollowUp(months=months),
        mapping=mm.sections.Wordings(questions={name: name for name in sides}),
    )
    weights = {criterion.label: len(seats) for criterion in programme.criteria}
    varied = programme.with_weights(weights).with_criteria(overlaps).without_rules("require").with_rules(required)
    return varied.with_rules([rule for rule in programme.rules if rule.kind == "require"])


def paired(programme: mm.Programme, mentors: Sequence[Member], mentees: Sequence[Member]) -> mm.Matching:
    cohort = mm.read_survey(
        programme, mentors=[one.record() for one in mentors], mentees=[one.record() for one in mentees]
    )
    return mm.match(cohort, programme, seed=3, pins=[("M1", "E1")], time_limit_s=2.5)


def best(pairs: Sequence[mm.Pair]) -> dict[str, float]:
    return {pair.mentor: pair.score for pair in pairs}


def told(matching: mm.Matching) -> list[str]:
    lines = [f"{pair.mentor} - {pair.mentee}: {part.reason}" for pair in matching.pairs for part in pair.contributions]
    lines += [f"{one.person}: {one.reason}" for one in matching.unmatched]
    why: mm.results.WhyNot = matching.why_not("M1", "E2")
    certificate: mm.results.Certificate = matching.certificate
    return [*lines, str(why), str(certificate.verdict is mm.results.Verdict.CERTIFIED)]


def arrays(scores: list[list[float]]) -> tuple[mm.Status, int]:
    problem = mm.AssignmentProblem.from_scores(np.array(scores), mentor_capacity=2)
    solution: mm.Solution = mm.solve(problem, seed=1, ties="any")
    other: mm.Solution = mm.solve(problem, engine="pulp", solver="HiGHS")
    assert other.tiers == solution.tiers
    names: list[str] = [variable.name for variable in problem.to_pulp().variables()]
    assert names
    return solution.status, len(solution.pairs)


def run(folder: Path, mentors: Sequence[Member], mentees: Sequence[Member]) -> int:
    try:
        programme = mm.Programme.load(edition().save(folder / "programme.toml"))
        matching = paired(programme, mentors, mentees)
    except mm.ProgrammeError as error:
        problems: tuple[mm.errors.Problem, ...] = error.problems
        return len(problems)
    repair: mm.results.Repair = mm.repair(matching, withdrawn=["M1"])
    written: tuple[Path, ...] = matching.save(folder / "binomes.xlsx")
    evaluation: mm.results.Evaluation = mm.evaluate(matching.cohort, programme, [("M1", "E2")])
    assert matching.status is mm.Status.PROVED
    return len(told(matching)) + len(best(matching.pairs)) + len(evaluation.breaches) + len(repair.kept) + len(written)
