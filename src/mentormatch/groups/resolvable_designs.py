"""Rounds in which no two people meet twice (social golfer problem): affine planes (Bose 1938), circle method.

Person (a, b), with a < k and b in the field GF(q), is in round r in group b - r a. Two people with different a meet in
exactly one round, the one with r (a - a') = b - b'; people with the same a never meet. So there are q rounds of q
groups of k, for k up to q. If k divides q, the people with the same a, cut into groups of k, form one more round; k = q
is the affine plane (Bose 1938). A product of fields gives the same for k up to the smallest field (MacNeish 1922).
Elements of GF(p^e) are numbers whose base-p digits are the coefficients of a polynomial.
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
    # One round per slope; if k divides q, the people with the same a form one more round
    rounds = [build_affine_round(groups, size, turn) for turn in range(groups)]
    classes = [
        tuple(a * groups + b + offset for offset in range(size)) for a in range(size) for b in range(0, groups, size)
    ]
    return [*rounds, tuple(classes)] if groups % size == 0 else rounds


def build_circle(people: int) -> list[Partition]:
    """Return the rounds of a round robin of an even number of people (circle method)."""
    rotating = list(range(1, people))
    rounds = []
    for turn in range(people - 1):
        # Person 0 stays, all others rotate; opposite positions meet
        circle = [0, *rotating[turn:], *rotating[:turn]]
        rounds.append(tuple((circle[position], circle[-1 - position]) for position in range(people // 2)))
    return [tuple(tuple(sorted(pair)) for pair in pairs) for pairs in rounds]


def build_affine_round(groups: int, size: int, turn: int) -> Partition:
    """Return round ``turn`` of the affine construction, in which person (a, b) has the number a * groups + b."""
    fields = prime_powers(groups)
    return tuple(
        tuple(a * groups + field_sum(fields, start, field_product(fields, turn, a)) for a in range(size))
        for start in range(groups)
    )


def prime_powers(number: int) -> tuple[int, ...]:
    """Return the prime powers of the factorisation of a number.

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
    """Return all elements of a product of fields; elements with equal components come first."""
    diagonal = [(component,) * len(fields) for component in range(min(fields))]
    return diagonal + [element for element in product(*map(range, fields)) if element not in diagonal]


@cache
def element_numbers(fields: tuple[int, ...]) -> dict[tuple[int, ...], int]:
    return {element: number for number, element in enumerate(elements_of(fields))}


def field_sum(fields: tuple[int, ...], first: int, second: int) -> int:
    elements = zip(fields, elements_of(fields)[first], elements_of(fields)[second], strict=True)
    return element_numbers(fields)[tuple(field_add(q, x, y) for q, x, y in elements)]


def field_product(fields: tuple[int, ...], first: int, second: int) -> int:
    elements = zip(fields, elements_of(fields)[first], elements_of(fields)[second], strict=True)
    return element_numbers(fields)[tuple(field_multiply(q, x, y) for q, x, y in elements)]


@cache
def prime_of(q: int) -> int:
    return next(prime for prime in range(2, q + 1) if q % prime == 0)


def polynomial_coefficients(q: int, element: int) -> list[int]:
    """Return the coefficients of an element of GF(q), lowest power first."""
    prime, coefficients = prime_of(q), []
    power = 1
    while power < q:
        coefficients.append(element // power % prime)
        power *= prime
    return coefficients


def element_of(q: int, coefficients: list[int]) -> int:
    prime = prime_of(q)
    return sum(coefficient % prime * prime**power for power, coefficient in enumerate(coefficients))


def field_add(q: int, first: int, second: int) -> int:
    pairs = zip(polynomial_coefficients(q, first), polynomial_coefficients(q, second), strict=True)
    return element_of(q, [x + y for x, y in pairs])


def field_multiply(q: int, first: int, second: int) -> int:
    return product_modulo(q, first, second, modulus(q))


def product_modulo(q: int, first: int, second: int, lowest: int) -> int:
    """Return the product modulo the monic polynomial whose lower coefficients are those of ``lowest``, negated."""
    prime, low = prime_of(q), polynomial_coefficients(q, lowest)
    multiplicand, multiplier = polynomial_coefficients(q, first), polynomial_coefficients(q, second)
    degree = len(multiplicand)
    total = [0] * (2 * degree - 1)
    for i, x in enumerate(multiplicand):
        for j, y in enumerate(multiplier):
            total[i + j] += x * y
    # Reduce from the highest power down: x^degree equals the lower polynomial
    for power in range(2 * degree - 2, degree - 1, -1):
        for below, coefficient in enumerate(low):
            total[power - degree + below] += total[power] * coefficient
        total[power] = 0
    return element_of(q, [value % prime for value in total[:degree]])


@cache
def modulus(q: int) -> int:
    """Return the smallest irreducible polynomial of the degree, by its lower coefficients: no zero divisors."""
    if prime_of(q) == q:
        return 0
    return next(low for low in range(q) if all(product_modulo(q, x, y, low) for x in range(1, q) for y in range(x, q)))
