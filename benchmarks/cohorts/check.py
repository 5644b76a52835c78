"""Says what the prices in a decision file prove of its pairs: ``python check.py < binomes.decision.json``."""

import json
import sys
from collections import Counter
from typing import Any


def check(file: dict[str, Any]) -> str:
    people, no = {one["id"]: one for one in file["mentors"] + file["mentees"]}, float("inf")
    tables = [file["scores"], *(row["weights"] for row in file["rows"])]
    score, *rows = (Counter({(i, k): n for i, line in of.items() for k, n in line.items()}) for of in tables)
    pairs, pins, former = ([(mentor, mentee) for mentor, mentee in file[name]] for name in ("pairs", "pins", "former"))
    goals = {"total": score, "matched": Counter(list(score)), "changes": Counter[Any](former)}
    goals["priority"] = Counter({pair: sum(people[one]["priority"] for one in pair) for pair in score})
    ends = [{"least": -no, "most": no} | {end: n for end, n in row.items() if n is not None} for row in file["rows"]]
    taken, degree, fixed = (Counter(one for pair in some for one in pair) for some in (pairs, score, pins))
    sums = [(one, taken[name]) for name, one in people.items() if taken[name] or not one["idle"]]
    sums += [(row, sum(of[pair] for pair in pairs)) for row, of in zip(ends, rows, strict=True)]
    value = {goal: sum(worth[pair] for pair in pairs) for goal, worth in goals.items()}
    wrong = [one["id"] for one, n in sums if not one["least"] <= n <= one["most"]]
    stated = {tier["goal"]: tier["value"] for tier in file["tiers"] if tier["goal"] != "changes"}
    wrong += [goal for goal in goals if stated.get(goal, value[goal]) != value[goal]]
    if wrong or len(set(pairs)) < len(pairs) or not set(pins) <= set(pairs) <= set(score):
        return f"WRONG: {', '.join(wrong) or 'a pair is not allowed, is there twice, or was imposed and is missing'}"
    # Weak duality: whatever the prices are, no answer is worth more than they say, one goal after the other
    done, free = list[str](), {one for one in people if fixed[one] < people[one]["most"]}
    whole = file.get("every_pair", True) and min(score.values(), default=0) >= 0
    for stage in (one for one in file["prices"] if whole and one["least"] is None):
        price, link = dict(zip(people, stage["mentors"] + stage["mentees"], strict=True)), Counter[Any]()
        for at, i, k, n in ((side, *each) for side in (0, 1) for each in stage["links"][side]):
            link.update({(i, k): max(n, 0), (i, k)[at]: max(n, 0)})
        weights = [(goal, max(stage["parts"] * weight, 1)) for goal, weight in stage["weights"]]
        duals = [*zip(rows, ends, stage["rows"] or [0] * len(rows), strict=True)]
        duals += [(goals[goal], {"least": value[goal], "most": no}, dual) for goal, dual in stage["kept"]]
        terms = [*((goals[goal], n) for goal, n in weights), *((of, -dual) for of, _, dual in duals), (link, -1)]
        above = {pair: sum(n * of[pair] for of, n in terms) - price[pair[0]] - price[pair[1]] for pair in score}
        bound = sum(n if pair in pins else max(n, 0) * free.issuperset(pair) for pair, n in above.items())
        bound += sum(dual * end["most" if dual > 0 else "least"] for _, end, dual in duals if dual)
        own = {i: [n * price[i] for n in (one["least"], min(one["most"], degree[i]))] for i, one in people.items()}
        bound += sum(max(max(own[i]) + link[i], 0 if people[i]["idle"] else -no) for i in people)
        for goal, weight in weights:
            if bound // weight != value[goal]:
                return f"rules and values hold; proved: {done}; {goal} may reach {bound // weight}"
            bound, done = bound - weight * value[goal], [*done, goal]
    return "optimal" if done == file["goals"] else f"rules and values hold; proved: {done}"


if __name__ == "__main__":
    sys.stdout.write(check(json.load(sys.stdin)) + "\n")
