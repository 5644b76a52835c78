"""Rounds in which no two meet twice (social golfer problem): affine planes (Bose 1938), circle method.

Person (a, b), with a < k and b in the field GF(q), is in round r in group b - r a. Two people of different a meet in
exactly one round, that of r (a - a') = b - b'; those of the same a never do. That makes q rounds of q groups of k, for
k up to q. Where k divides q the people of the same a, cut into groups of k, make one more round; k = q is the affine
plane (Bose 1938). A product of fields does the same for k up to the smallest of them (MacNeish 1922). Elements of
GF(p^e) are numbers whose base-p digits are the coefficients of a polynomial.
"""

from functools import cache
from itertools import product

from mentormatch.groups.problem import Group

type Partition = tuple[Group, ...]


def construct_rounds(groups: int, size: int) -> list[Partition]:
    """Return rounds in which ``groups * size`` people never meet twice; one round if no construction is known.

    >>> len(construct_rounds(4, 4)), len(construct_rounds(8, 4)), len(construct_rounds(6, 3))
    (5, 9, 1)
    """
    # Pairs: every two people meet once (round robin)
    if size == 2 and groups > 1:
        return build_circle(2 * groups)
    fields = prime_powers(groups)
    first = [tuple(range(group * size, (group + 1) * size)) for group in range(groups)]
    if groups < 2 or size > min(fields):
        return [tuple(first)]
    # Lines of each slope; then, where they divide, the columns as one more round
    rounds = [build_affine_round(groups, size, turn) for turn in range(groups)]
    classes = [
        tuple(a * groups + b + place for place in range(size)) for a in range(size) for b in range(0, groups, size)
    ]
    return [*rounds, tuple(classes)] if groups % size == 0 else rounds


def build_circle(people: int) -> list[Partition]:
    """Return the rounds of a round robin of an even number of people (circle method)."""
    others = list(range(1, people))
    rounds = []
    for turn in range(people - 1):
        # Circle method: 0 stays, the others rotate; opposite places meet
        circle = [0, *others[turn:], *others[:turn]]
        rounds.append(tuple((circle[place], circle[-1 - place]) for place in range(people // 2)))
    return [tuple(tuple(sorted(pair)) for pair in pairs) for pairs in rounds]


def build_affine_round(groups: int, size: int, turn: int) -> Partition:
    """Return round ``turn`` of the affine construction, in which person (a, b) has the number a * groups + b."""
    fields = prime_powers(groups)
    return tuple(
        tuple(a * groups + field_sum(fields, start, field_product(fields, turn, a)) for a in range(size))
        for start in range(groups)
    )


def prime_powers(number: int) -> tuple[int, ...]:
    """Return the prime powers that make up a number.

    >>> prime_powers(360)
    (8, 9, 5)
    """
    parts, prime = [], 2
    while number > 1:
        power = 1
        while number % prime == 0:
            number, power = number // prime, power * prime
        parts += [power] if power > 1 else []
        prime += 1
    return tuple(parts)


@cache
def elements_of(fields: tuple[int, ...]) -> list[tuple[int, ...]]:
    """Return all elements of a product of fields, elements with equal parts first."""
    least = min(fields)
    alike = [(part,) * len(fields) for part in range(least)]
    return alike + [parts for parts in product(*map(range, fields)) if parts not in alike]


@cache
def element_numbers(fields: tuple[int, ...]) -> dict[tuple[int, ...], int]:
    """Return the number of each element."""
    return {parts: place for place, parts in enumerate(elements_of(fields))}


def field_sum(fields: tuple[int, ...], left: int, right: int) -> int:
    """Return the sum of two elements."""
    ours, theirs = elements_of(fields)[left], elements_of(fields)[right]
    return element_numbers(fields)[tuple(sum_in(q, x, y) for q, x, y in zip(fields, ours, theirs, strict=True))]


def field_product(fields: tuple[int, ...], left: int, right: int) -> int:
    """Return the product of two elements."""
    ours, theirs = elements_of(fields)[left], elements_of(fields)[right]
    return element_numbers(fields)[tuple(product_in(q, x, y) for q, x, y in zip(fields, ours, theirs, strict=True))]


@cache
def prime_of(q: int) -> int:
    """Return the prime factor of the prime power ``q``."""
    return next(prime for prime in range(2, q + 1) if q % prime == 0)


def digits(q: int, element: int) -> list[int]:
    """Return the coefficients of an element of the field of ``q``, the lowest first."""
    prime, found = prime_of(q), []
    power = 1
    while power < q:
        found.append(element // power % prime)
        power *= prime
    return found


def element_of(q: int, coefficients: list[int]) -> int:
    """Return the element with these coefficients."""
    prime = prime_of(q)
    return sum(coefficient % prime * prime**place for place, coefficient in enumerate(coefficients))


def sum_in(q: int, left: int, right: int) -> int:
    """Return the sum of two elements of the field of ``q``."""
    return element_of(q, [x + y for x, y in zip(digits(q, left), digits(q, right), strict=True)])


def product_in(q: int, left: int, right: int) -> int:
    """Return the product of two elements of the field of ``q``."""
    return product_modulo(q, left, right, modulus(q))


def product_modulo(q: int, left: int, right: int, lowest: int) -> int:
    """Return the product modulo the polynomial whose lower coefficients are those of ``lowest``, negated, under x^e."""
    prime, ours, theirs = prime_of(q), digits(q, left), digits(q, right)
    degree, low = len(ours), digits(q, lowest)
    total = [0] * (2 * degree - 1)
    for i, x in enumerate(ours):
        for j, y in enumerate(theirs):
            total[i + j] += x * y
    # Reduce from the highest power down: x^degree is the lower polynomial
    for place in range(2 * degree - 2, degree - 1, -1):
        for below, coefficient in enumerate(low):
            total[place - degree + below] += total[place] * coefficient
        total[place] = 0
    return element_of(q, [value % prime for value in total[:degree]])


@cache
def modulus(q: int) -> int:
    """Return the least irreducible polynomial of the degree, by its lower coefficients: no zero divisors modulo it."""
    if prime_of(q) == q:
        return 0
    return next(low for low in range(q) if all(product_modulo(q, x, y, low) for x in range(1, q) for y in range(x, q)))
