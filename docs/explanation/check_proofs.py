"""Check the proofs of a small decision file in plain Python, without mentormatch: python check_proofs.py FILE."""

import json
import sys
from itertools import takewhile
from pathlib import Path


def check(decision):
    """Yield the goals, up to the first of another kind, in which the file proves that no assignment is better."""
    people, scores = [*decision["mentors"], *decision["mentees"]], decision["scores"]
    pairs = [(m["id"], e) for m in decision["mentors"] for e in scores.get(m["id"], {})]
    box = [{1} if [*pair] in decision["pins"] else {0, 1} for pair in pairs]  # the values of each column
    if any(who["idle"] and who["least"] > 1 for who in people):
        raise NotImplementedError("a minimum for whoever is used: run mentormatch verify FILE")
    lower = {who["id"]: 0 if who["idle"] else who["least"] for who in people}
    rows = [([int(who["id"] in pair) for pair in pairs], lower[who["id"]], who["most"]) for who in people]
    weights = [[row["weights"].get(m, {}).get(e, 0) for m, e in pairs] for row in decision["rows"]]
    rows += [(own, row["least"], row["most"]) for own, row in zip(weights, decision["rows"], strict=True)]
    chosen = [int([*pair] in decision["pairs"]) for pair in pairs]
    assert sum(chosen) == len(decision["pairs"])  # each is allowed, and chosen once
    assert all(pin in decision["pairs"] for pin in decision["pins"])
    for own, least, most in rows:  # the pairs keep the rules
        total = sum(weight for weight, x in zip(own, chosen, strict=True) if x)
        assert (total if least is None else least) <= total <= (total if most is None else most)
    priority = {who["id"]: who["priority"] for who in people}
    profits = {"matched": [1 for _ in pairs], "total": [scores[m][e] for m, e in pairs]}
    profits |= {"priority": [priority[m] + priority[e] for m, e in pairs], "floor": profits["total"]}
    systems = {proof["goal"]: proof["systems"] for proof in decision.get("proofs", [])}
    for goal in takewhile(profits.__contains__, decision["goals"]):
        reached = [profit for profit, x in zip(profits[goal], chosen, strict=True) if x]
        value = min(reached, default=0) if goal == "floor" else sum(reached)
        for least in (value + 1, value):  # what a better assignment keeps, then one that is as good
            more, left = [*rows, (profits[goal], least, None)], box
            if goal == "floor":  # no pair is worse, and there is one if that is above 0
                more[-1] = [1 for _ in pairs], int(least > 0), None
                left = [xs if profit >= least else xs & {0} for profit, xs in zip(profits[goal], box, strict=True)]
            if goal in systems and least > value:
                refute(more, left, systems[goal][0]["steps"])
                yield goal
        rows, box = more, left


def refute(rows, box, steps):
    """Fail unless the steps show that no choice of values keeps the rows (coefficients by column, least, most)."""
    boxes = [box]
    for step in steps:
        box = boxes.pop()
        match step:
            case ["leaf" | "fix" as kind, y]:  # room: how far the least of (y A) x in the box is below its ceiling
                costs = [{x: x * sum(dual * rows[r][0][c] for r, dual in y) for x in xs} for c, xs in enumerate(box)]
                least = sum(min(cost.values(), default=float("inf")) for cost in costs)
                room = sum(dual * rows[r][2 if dual > 0 else 1] for r, dual in y) - least
                assert room < 0 or kind == "fix"
                if kind == "fix":  # a value goes that would cost more
                    boxes.append([{x for x in cost if cost[x] - min(cost.values()) <= room} for cost in costs])
            case ["split", [[column, 1]], 0]:  # two boxes: the column at 0 comes first
                boxes += [[xs & {x} if c == column else xs for c, xs in enumerate(box)] for x in (1, 0)]
            case _:
                raise NotImplementedError(f"{step[0]}: run mentormatch prove FILE --every-goal first")
    assert not boxes


if __name__ == "__main__":
    goals = list(check(json.loads(Path(sys.argv[1]).read_text("utf-8"), parse_float=int, parse_constant=int)))
    sys.stdout.write(f"No assignment is better in: {', '.join(goals) or 'no goal, as far as this page can tell'}\n")
