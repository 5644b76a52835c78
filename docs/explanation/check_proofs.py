"""Check the proofs of a small decision file in plain Python, without mentormatch: python check_proofs.py FILE."""

import json
import sys
from pathlib import Path


def check(decision):
    """Return the goals, up to the first with other systems, in which the file proves that no assignment is better."""
    mentors, mentees, scores = decision["mentors"], decision["mentees"], decision["scores"]
    pairs = [(m["id"], e["id"]) for m in mentors for e in mentees if e["id"] in scores.get(m["id"], {})]
    priority = {who["id"]: who["priority"] for who in (*mentors, *mentees)}
    rows, extra = [], []  # a row: {column: coefficient}, least, most
    box = [(1,) if [*pair] in decision["pins"] else (0, 1) for pair in pairs]  # the values of each column
    for who in (*mentors, *mentees):
        own = {column: 1 for column, pair in enumerate(pairs) if who["id"] in pair}
        rows.append((own, 0 if who["idle"] else who["least"], who["most"]))
        if who["idle"] and who["least"] > 1:  # a column u more: 1 if the person is used
            u, box = len(box), [*box, (0, 1)]
            extra += [({**own, u: -who["most"]}, None, 0), ({**own, u: -who["least"]}, 0, None)]
            extra += [({column: 1, u: -1}, None, 0) for column in own]
    for row in decision["rows"]:
        weights = [row["weights"].get(m, {}).get(e, 0) for m, e in pairs]
        rows.append((dict(enumerate(weights)), row["least"], row["most"]))
    rows += extra
    profits = {
        "matched": [1 for _ in pairs],
        "total": [scores[m][e] for m, e in pairs],
        "priority": [priority[m] + priority[e] for m, e in pairs],
        "changes": [int([*pair] in decision.get("former", [])) for pair in pairs],
        "floor": [scores[m][e] for m, e in pairs],
    }

    def at_least(goal, value):
        """Return the rows and the box of the assignments that reach a value in a goal."""
        if goal != "floor":
            return [*rows, (dict(enumerate(profits[goal])), value, None)], box
        low = {column for column, score in enumerate(profits[goal]) if score < value}
        some_pair = dict.fromkeys(range(len(pairs)), 1), int(value > 0), None
        return [*rows, some_pair], [tuple(x for x in xs if x == 0 or c not in low) for c, xs in enumerate(box)]

    proofs, proved = {proof["goal"]: proof for proof in decision.get("proofs", [])}, []
    for goal, tier in ((tier["goal"], tier) for tier in decision["tiers"]):
        if goal not in profits:
            break
        reached = [profit for profit, pair in zip(profits[goal], pairs, strict=True) if [*pair] in decision["pairs"]]
        value = min(reached, default=0) if goal == "floor" else sum(reached)
        if goal in proofs:
            assert proofs[goal]["bound"] == tier["value"]
            (system,) = proofs[goal]["systems"]
            refute(*at_least(goal, value + 1), system["steps"])
            proved.append(goal)
        rows, box = at_least(goal, value)
    return proved


def refute(rows, box, steps):
    """Fail unless the steps show that no choice of values keeps the rows."""
    boxes = [(rows, box)]
    for kind, *parts in steps:
        rows, box = boxes.pop()
        if kind == "leaf":  # no value is left, or the least of (y A) x is above its ceiling
            assert not all(box) or slack(rows, box, *parts)[1] < 0
        elif kind == "fix":  # a value goes that would cost more than the slack
            total, room = slack(rows, box, *parts)
            assert room >= 0
            some = [[x for x in xs if t * x - min(t * v for v in xs) <= room] for t, xs in zip(total, box, strict=True)]
            boxes.append((rows, some))
        elif kind == "split":
            terms, k = dict(parts[0]), parts[1]
            boxes += [([*rows, (terms, k + 1, None)], box), ([*rows, (terms, None, k)], box)]
            if len(terms) == 1 and k == 0 and 1 in terms.values():  # one column: no row, a smaller box
                halves = [[[x for x in xs if x == v or c not in terms] for c, xs in enumerate(box)] for v in (1, 0)]
                boxes[-2:] = [(rows, half) for half in halves]
        else:
            raise NotImplementedError(f"{kind}: run mentormatch prove FILE --every-goal first")
    assert not boxes


def slack(rows, box, y):
    """Return y A by column, and the ceiling of (y A) x less its least value in the box."""
    total = [sum(dual * rows[row][0].get(column, 0) for row, dual in y) for column in range(len(box))]
    ceiling = sum(dual * rows[row][2 if dual > 0 else 1] for row, dual in y)
    return total, ceiling - sum(min(t * x for x in values) for t, values in zip(total, box, strict=True))


if __name__ == "__main__":
    proved = check(json.loads(Path(sys.argv[1]).read_text("utf-8")))
    sys.stdout.write(f"No assignment is better in: {', '.join(proved) or 'no goal, as far as this page can tell'}\n")
