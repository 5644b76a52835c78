"""Others at the same cohorts: ``python runners.py NAME < x.decision.json`` prints pairs and seconds as JSON.

Run as a script, by a Python that has the library of that name; it needs nothing of this project. Each gets the allowed
pairs with their points, how many partners people take, the sums that rules bound and the goals; not the answer. Seconds
are of the processor, its children included, from the problem in memory to the pairs.
"""

# mypy: ignore-errors
# It names libraries that are in other environments, and is run by the Python of each.

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from resource import RUSAGE_CHILDREN, getrusage
from time import process_time
from typing import Any

PATIENCE_S, BRIEF_S = 120.0, 10.0
"""So long a solver may search; who took less does it again, and the second round counts."""
SUMS = ("matched", "priority", "total")
"""The goals that the others can be asked for."""

Pair = tuple[str, str]
Work = Callable[[], list[Pair]]


@dataclass(frozen=True)
class Asked:
    """A cohort: the ``score`` of each allowed pair, people of each side by id, bounded sums, imposed pairs, goals."""

    score: dict[Pair, int]
    sides: list[dict[str, dict[str, Any]]]
    rows: list[tuple[dict[Pair, int], int | None, int | None]]
    pins: list[Pair]
    goals: list[str]
    file: dict[str, Any]

    def worth(self, goal: str, pair: Pair) -> int:
        if goal == "priority":
            return sum(int(people[one]["priority"]) for people, one in zip(self.sides, pair, strict=True))
        return 1 if goal == "matched" else self.score[pair]

    @property
    def is_flow(self) -> bool:
        """Whether the rules only say which pairs are allowed, and how many partners people take at most."""
        people = [one for side in self.sides for one in side.values()]
        return not self.rows and not self.pins and not any(one["least"] for one in people)


def asked_in(file: dict[str, Any]) -> Asked:
    score, *rows = (
        {(i, k): n for i, line in lines.items() for k, n in line.items()}
        for lines in (file["scores"], *(row["weights"] for row in file["rows"]))
    )
    bounds = [(of, row["least"], row["most"]) for of, row in zip(rows, file["rows"], strict=True)]
    sides = [{one["id"]: one for one in file[side]} for side in ("mentors", "mentees")]
    return Asked(score, sides, bounds, [(i, k) for i, k in file["pins"]], file["goals"], file)


def sums(asked: Asked, taken: dict[Pair, Any]) -> Iterator[tuple[list[tuple[int, Any]], int | None, int | None, Any]]:
    """Yield what has bounds, as terms, the least and the most; and the person who may also have nobody, else None."""
    of: dict[str, list[tuple[int, Any]]] = {}
    for pair, variable in taken.items():
        for one in pair:
            of.setdefault(one, []).append((1, variable))
    for people in asked.sides:
        for name, one in people.items():
            yield of.get(name, []), one["least"] or None, one["most"], name if one["idle"] and one["least"] else None
    for weights, least, most in asked.rows:
        yield [(n, taken[pair]) for pair, n in weights.items()], least, most, None
    for pin in asked.pins:
        yield [(1, taken[pin])], 1, None, None


def by_pulp(asked: Asked) -> Work:
    """Return the work of PuLP with HiGHS: a binary a pair, one goal after the other, each kept for those after it."""
    import pulp

    def work() -> list[Pair]:
        model = pulp.LpProblem("pairs", pulp.LpMaximize)
        taken = {pair: model.add_variable(f"x_{pair[0]}_{pair[1]}", cat="Binary") for pair in asked.score}
        for terms, least, most, optional in sums(asked, taken):
            total = pulp.lpSum(n * variable for n, variable in terms)
            used = model.add_variable(f"used_{optional}", cat="Binary") if optional else 1
            if terms and most is not None:
                model += total <= most * used
            if terms and least is not None:
                model += total >= least * used
        for goal in asked.goals:
            reached = pulp.lpSum(asked.worth(goal, pair) / unit(goal) * variable for pair, variable in taken.items())
            model.setObjective(reached)
            model.solve(pulp.getSolver("HiGHS", msg=False, timeLimit=PATIENCE_S))
            if goal != asked.goals[-1]:
                model += reached >= round(pulp.value(reached) * unit(goal)) / unit(goal)
        return [pair for pair, variable in taken.items() if (variable.varValue or 0) > 0.5]

    return work


def unit(goal: str) -> float:
    """Return by what points are divided for a solver that counts in floats."""
    return 1e4 if goal == "total" else 1.0


def by_ortools(asked: Asked) -> Work:
    """Return the work of OR-Tools: its minimum cost flow where the rules allow that, else CP-SAT."""
    return by_flow(asked) if asked.is_flow else by_cp_sat(asked)


def by_flow(asked: Asked) -> Work:
    from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

    def work() -> list[Pair]:
        places = min(sum(one["most"] for one in people.values()) for people in asked.sides)
        weight = {asked.goals[-1]: 1}
        for goal, below in zip(asked.goals[-2::-1], asked.goals[:0:-1], strict=True):
            most = max(asked.worth(below, pair) for pair in asked.score)
            weight[goal] = weight[below] * (places * max(most, 1) + 1)
        node = {name: number for number, name in enumerate([*asked.sides[0], *asked.sides[1]], 2)}
        flow = SimpleMinCostFlow()
        for mentor, mentee in asked.score:
            cost = -sum(n * asked.worth(goal, (mentor, mentee)) for goal, n in weight.items())
            flow.add_arc_with_capacity_and_unit_cost(node[mentor], node[mentee], 1, cost)
        for side, people in enumerate(asked.sides):
            for name, one in people.items():
                ends = (node[name], 1) if side else (0, node[name])
                flow.add_arc_with_capacity_and_unit_cost(*ends, one["most"], 0)
        flow.add_arc_with_capacity_and_unit_cost(0, 1, places, 0)
        flow.set_node_supply(0, places)
        flow.set_node_supply(1, -places)
        if flow.solve() != flow.OPTIMAL:
            return []
        return [pair for arc, pair in enumerate(asked.score) if flow.flow(arc)]

    return work


def by_cp_sat(asked: Asked) -> Work:
    from ortools.sat.python import cp_model

    def work() -> list[Pair]:
        model, solver = cp_model.CpModel(), cp_model.CpSolver()
        taken = {pair: model.new_bool_var("_".join(pair)) for pair in asked.score}
        for terms, least, most, optional in sums(asked, taken):
            total = sum(n * variable for n, variable in terms)
            used = model.new_bool_var(str(optional)) if optional else 1
            if terms and most is not None:
                model.add(total <= most * used)
            if terms and least is not None:
                model.add(total >= least * used)
        solver.parameters.max_time_in_seconds = PATIENCE_S
        for goal in asked.goals:
            reached = sum(asked.worth(goal, pair) * variable for pair, variable in taken.items())
            model.maximize(reached)
            if solver.solve(model) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
                return []
            model.add(reached >= round(solver.objective_value))
        return [pair for pair, variable in taken.items() if solver.value(variable)]

    return work


def by_mentor_match(asked: Asked) -> Work:
    """Return the work of mentor-match: a rule gives each pair its points; it knows no other goal."""
    from matching.match import Match
    from matching.mentee import Mentee
    from matching.mentor import Mentor
    from matching.process import process_data
    from matching.rules.rule import Disqualify, Rule

    def ids(match: Match) -> Pair:
        return match.mentor.email, match.mentee.email

    class Points(Rule):  # type: ignore[misc]  # the base is of any type to the checker
        def evaluate(self, match_object: Match) -> bool:
            return ids(match_object) in asked.score

        def apply(self, match_object: Match) -> int:
            return asked.score.get(ids(match_object), 0)

    def work() -> list[Pair]:
        told = {"grade": 0, "organisation": "", "profession": "", "role": ""}
        mentors, mentees = (
            [kind(email=name, **told) for name in people]
            for kind, people in zip((Mentor, Mentee), asked.sides, strict=True)
        )
        process_data(mentors, mentees, [[Points(), Disqualify(lambda match: ids(match) not in asked.score)]])
        return [(mentor.email, mentee.email) for mentor in mentors for mentee in mentor.mentees]

    return work


def by_mentormatch(asked: Asked) -> Work:
    """Return our own work: to pairs with a certificate that was checked."""
    from mentormatch import certify, solve
    from mentormatch.record.decision import Decision

    problem = Decision.from_json(json.dumps(asked.file)).problem()

    def work() -> list[Pair]:
        solution = solve(problem)
        certify(problem, solution)
        return [(f"m{mentor + 1}", f"e{mentee + 1}") for mentor, mentee in solution.pairs.tolist()]

    return work


def by_team_formation(file: dict[str, Any]) -> Callable[[], list[list[int]]]:
    """Return the work of team-formation: there, colleagues are a cost, greater than what makes groups alike."""
    import pandas
    from team_formation.team_assignment import TeamAssignment

    weights = [("structure", "different", 10), ("metier", "cluster", 3)]
    asked = pandas.DataFrame(weights, columns=["attribute", "type", "weight"])

    def work() -> list[list[int]]:
        teams = TeamAssignment(pandas.DataFrame(file["people"]), asked, file["size"], less_than_target=True)
        teams.solve(max_time_in_seconds=20)
        number = teams.participants["team_num"].tolist() if teams.solution_found else []
        return [[row for row, team in enumerate(number) if team == one] for one in sorted(set(number))]

    return work


RUNNERS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "mentormatch": ("mentormatch-engine", by_mentormatch),
    "pulp": ("pulp", by_pulp),
    "ortools": ("ortools", by_ortools),
    "mentor-match": ("mentor-match", by_mentor_match),
}
"""By name: the package whose version is told, and what prepares its work on pairs."""
OF_GROUPS: dict[str, tuple[str, Callable[[Any], Any]]] = {"team-formation": ("team-formation", by_team_formation)}


def used_s() -> float:
    """Return the seconds of the processor so far, those of children that ended included."""
    children = getrusage(RUSAGE_CHILDREN)
    return process_time() + children.ru_utime + children.ru_stime


def timed(work: Callable[[], list[Any]]) -> tuple[list[Any], float]:
    begun = used_s()
    pairs = work()
    return pairs, used_s() - begun


def main() -> None:
    file, name = json.load(sys.stdin), sys.argv[1]
    work: Callable[[], list[Any]] = OF_GROUPS[name][1](file) if name in OF_GROUPS else RUNNERS[name][1](asked_in(file))
    pairs, seconds = timed(work)
    if seconds < BRIEF_S:  # what is loaded late is loaded by then, for everybody
        pairs, seconds = timed(work)
    found = {"pairs": pairs, "processor_s": seconds, "version": version((RUNNERS | OF_GROUPS)[name][0])}
    sys.stdout.write("\n" + json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
