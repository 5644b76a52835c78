"""A look at a strip of pairs in machine code: the same integers as ``scan.look``, none of them ever stored.

Nearly all the time goes into lookups. Compilers make gathers of them where they can, which many processors carry out
more slowly than plain loads; a loop that may stop to write a pair down is left as it is.
"""

from functools import cache
from typing import Any

import numpy as np
from numba.core import types
from numba.extending import intrinsic

from mentormatch.assignment.paths.compiled import compiled


@intrinsic  # type: ignore[untyped-decorator]  # numba has no types
def ones(typing: Any, word: Any) -> Any:
    """Return the number of ones in a word."""

    def generated(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.ctpop(arguments[0])

    return types.uint64(types.uint64), generated


@cache
def kernel(leads: int, terms: int, sets: int) -> Any:
    """Return the function that looks at a strip of scores of so many leads and terms, and so many sets of answers."""

    @compiled
    def look(strip, sorted_, wanted, found):
        tables, own, rest, marks = strip
        edges, kinds, ceilings, codes, bits, slots, columns, places, extra = sorted_
        limits, scale, least, most, closed = wanted
        rows, mentees, scores, best = found
        count_found = 0
        for row in range(tables.shape[0]):
            table, limit, top, count = tables[row], limits[row], best[row], 0
            if limit >= closed:
                continue
            mark, last = marks[row], marks[row + 1]
            for group in range(edges.shape[0] - 1):
                led = np.int64(0)
                for lead in range(leads):
                    led += table[kinds[group, lead]]
                at, end = edges[group], edges[group + 1]
                high = led + rest[row]
                worth = scale * high + ceilings[group]
                hopeless = high < least or (worth < limit and worth <= top)
                while at < end:
                    stop = end
                    if mark < last and places[mark] < end:
                        stop = places[mark]
                    if not hopeless:
                        for k in range(at, stop):
                            score = led
                            for term in range(terms):
                                score += table[codes[k, term]]
                            for each in range(sets):
                                score += table[slots[k, each] + ones(np.uint64(own[row, each] & bits[k, each]))]
                            worth = scale * score + columns[k]
                            if score >= least and (worth > top or worth >= limit):
                                top = max(top, worth)
                                if worth == limit or (worth > limit and count < most):
                                    if count_found == rows.shape[0]:
                                        return -1
                                    rows[count_found], mentees[count_found], scores[count_found] = row, k, score
                                    count_found += 1
                                    count += worth > limit
                    if stop < end:
                        score = led + extra[mark]
                        for term in range(terms):
                            score += table[codes[stop, term]]
                        for each in range(sets):
                            score += table[slots[stop, each] + ones(np.uint64(own[row, each] & bits[stop, each]))]
                        worth = scale * score + columns[stop]
                        if score >= least and (worth > top or worth >= limit):
                            top = max(top, worth)
                            if worth == limit or (worth > limit and count < most):
                                if count_found == rows.shape[0]:
                                    return -1
                                rows[count_found], mentees[count_found], scores[count_found] = row, stop, score
                                count_found += 1
                                count += worth > limit
                        mark += 1
                    at = stop + (stop < end)
            best[row] = top
        return count_found

    return look
