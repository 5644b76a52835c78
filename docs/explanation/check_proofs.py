"""Check the proofs of a small decision file in plain Python, without mentormatch: python check_proofs.py FILE."""

import json
import sys
from pathlib import Path


def check(decision):
    """Return the goals of which the file proves that no assignment is better; fail if a proof is wrong.

    Goals are looked at up to the first that is no sum over pairs: floors and leximin have other systems.
    """
    ids = [[member["id"] for member in decision[side]] for side in ("mentors", "mentees")]
    pairs = [(m, e) for m in ids[0] for e in ids[1] if e in decision["scores"].get(m, {})]
    score = [decision["scores"][m][e] for m, e in pairs]
    rows, low, high, extra = [], [0] * len(pairs), [1] * len(pairs), []  # a row: ({column: coefficient}, least, most)
    for place, side in enumerate(("mentors", "mentees")):
        for who in decision[side]:
            own = {column: 1 for column, pair in enumerate(pairs) if pair[place] == who["id"]}
            rows.append((own, 0 if who["idle"] else who["least"], who["most"]))
            if who["idle"] and who["least"] > 1:  # u is 1 if the person is used
                u = len(low)
                low, high = [*low, 0], [*high, 1]
                extra += [({**own, u: -who["most"]}, None, 0), ({**own, u: -who["least"]}, 0, None)]
                extra += [({column: 1, u: -1}, None, 0) for column in own]
    for row in decision["rows"]:
        weights = {c: w for c, (m, e) in enumerate(pairs) if (w := row["weights"].get(m, {}).get(e))}
        rows.append((weights, row["least"], row["most"]))
    rows += extra
    for pin in decision["pins"]:
        low[pairs.index(tuple(pin))] = 1
    chosen, priority = {tuple(pair) for pair in decision["pairs"]}, {}
    for who in (*decision["mentors"], *decision["mentees"]):
        priority[who["id"]] = who["priority"]
    profits = {
        "matched": [1] * len(pairs),
        "total": score,
        "priority": [priority[m] + priority[e] for m, e in pairs],
        "changes": [int([m, e] in decision.get("former", [])) for m, e in pairs],
    }
    proofs, proved = {proof["goal"]: proof for proof in decision.get("proofs", [])}, []
    for tier in decision["tiers"]:
        if tier["goal"] not in profits:
            break
        profit = profits[tier["goal"]]
        value = sum(p for p, pair in zip(profit, pairs, strict=True) if pair in chosen)
        row = {column: p for column, p in enumerate(profit) if p}
        if tier["goal"] in proofs:
            assert proofs[tier["goal"]]["bound"] == tier["value"]
            (system,) = proofs[tier["goal"]]["systems"]
            refute([*rows, (row, value + 1, None)], low, high, system["steps"])
            proved.append(tier["goal"])
        rows.append((row, value, None))
    return proved


def slack(rows, low, high, y, blocks=()):
    """Return y A by column, and the ceiling of (y A) x less its least value in the box: below 0, the box is empty."""
    total, ceiling = [0] * len(low), 0
    for row, dual in y:
        terms, least, most = rows[row]
        ceiling += dual * (most if dual > 0 else least)
        for column, coefficient in terms.items():
            total[column] += dual * coefficient
    base, seen = [min(t * a, t * b) for t, a, b in zip(total, low, high, strict=True)], set()
    gain = 0
    for block in blocks:  # rows without a column in common with other blocks: the least value that keeps them, too
        members = {column for row in block for column in rows[row][0] if high[column]}
        assert not members & seen
        seen |= members
        states = {(0,) * len(block): 0}  # what is used of each row -> the least value
        for column in members:
            uses = [rows[row][0].get(column, 0) for row in block]
            assert min(uses) >= 0
            longer = {} if low[column] else dict(states)
            for used, value in states.items():
                after = tuple(map(int.__add__, used, uses))
                if all(total_use <= rows[row][2] for total_use, row in zip(after, block, strict=True)):
                    longer[after] = min(value + total[column], longer.get(after, value + total[column]))
            states = longer
        if not states:
            return total, -1
        gain += min(states.values()) - sum(base[column] for column in members)
    return total, ceiling - sum(base) - gain


def refute(rows, low, high, steps):
    """Fail unless the steps show that no 0-1 solution is in the box."""
    boxes = [(rows, low, high)]
    for kind, *parts in steps:
        rows, low, high = boxes.pop()
        if kind == "leaf":
            empty = any(a > b for a, b in zip(low, high, strict=True))
            assert empty or slack(rows, low, high, *parts)[1] < 0
        elif kind == "fix":
            total, room = slack(rows, low, high, *parts)
            assert room >= 0
            free = [a < b for a, b in zip(low, high, strict=True)]
            if len(parts) == 1:  # with blocks, columns are only fixed to 0
                low = [int(a or (f and -t > room)) for a, f, t in zip(low, free, total, strict=True)]
            high = [int(b and not (f and t > room)) for b, f, t in zip(high, free, total, strict=True)]
            boxes.append((rows, low, high))
        elif kind == "split":
            terms, k = dict(parts[0]), parts[1]
            below, above = (terms, None, k), (terms, k + 1, None)
            if len(terms) == 1 and k == 0 and min(terms.values()) == 1:  # one column: no row, a smaller box
                (column,) = terms
                boxes.append((rows, [1 if c == column else a for c, a in enumerate(low)], high))
                boxes.append((rows, low, [0 if c == column else b for c, b in enumerate(high)]))
            else:
                boxes += [([*rows, above], low, high), ([*rows, below], low, high)]
        elif kind == "round":
            y, divisor = parts
            total, _ = slack(rows, low, high, y)
            ceiling = sum(dual * rows[row][2 if dual > 0 else 1] for row, dual in y)
            cut = {column: value // divisor for column, value in enumerate(total) if value // divisor}
            assert divisor > 0
            boxes.append(([*rows, (cut, None, ceiling // divisor)], low, high))
        elif kind == "pack":
            row, sign, terms, most = parts
            assert greatest(rows[row], sign, terms, low, high) <= most
            boxes.append(([*rows, (dict(terms), None, most)], low, high))
        else:
            raise NotImplementedError(kind)
    assert not boxes


def greatest(row, sign, terms, low, high):
    """Return the most that ``terms`` can come to within one row, by the least weight for each worth."""
    weights = {column: sign * weight for column, weight in row[0].items()}
    room = sign * row[2 if sign > 0 else 1] - sum(min(w * low[c], w * high[c]) for c, w in weights.items())
    taken, lightest = 0, {0: 0}
    for column, worth in terms:
        weight = weights.get(column, 0)
        assert worth > 0
        if low[column] or (high[column] and weight <= 0):
            taken += worth
        elif high[column]:
            for total, used in list(lightest.items()):
                if used + weight <= room:
                    after = total + worth
                    lightest[after] = min(used + weight, lightest.get(after, used + weight))
    return taken + max(lightest)


if __name__ == "__main__":
    proved = check(json.loads(Path(sys.argv[1]).read_text("utf-8")))
    sys.stdout.write(f"No assignment is better in: {', '.join(proved) or 'no goal, as far as this page can tell'}\n")
