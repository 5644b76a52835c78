"""What ten million people a side would take, by stated formulas from constants that were measured."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from benchmarks.scale.growth import fitted
from benchmarks.scale.measuring import shown
from benchmarks.scale.tables import Records, rows_of, table

PEOPLE = 10_000_000
CORES = (2, 64, 1_000, 10_000)
CURVE = "tight"
HOUR, MB, GB = 3_600, 1e6, 1e9
BYTES = 8
"""Of a dual, as of all integers here."""


@dataclass(frozen=True, slots=True)
class Constants:
    """What was measured, on markets of up to ``largest`` people a side.

    Pairs that one core scans a second: at best, in a whole run (``rate``), and as the checker scans. ``scans`` of
    all pairs; seconds of all solves and pairs listed at most, with the exponents by which these grow; bytes.
    """

    best_rate: float
    rate: float
    checking_rate: float
    scans: float
    largest: int
    solve_s: float
    solve_exponent: float
    listed: int
    list_exponent: float
    bytes_a_person: float
    bytes_a_listed_pair: float

    @property
    def solves_then_s(self) -> float:
        """Return seconds of all solves of ten million, in one place, on the law of the sizes that were measured."""
        grown: float = (PEOPLE / self.largest) ** self.solve_exponent
        return self.solve_s * grown

    @property
    def listed_then(self) -> float:
        """Return how many pairs would be listed."""
        grown: float = (PEOPLE / self.largest) ** self.list_exponent
        return self.listed * grown

    def scan_s(self, cores: int) -> float:
        """Return seconds of one scan of all pairs."""
        return PEOPLE**2 / (self.rate * cores)

    @property
    def even(self) -> float:
        """Return how many cores scan all pairs in the time that the solves take: more do not help much."""
        return self.scans * PEOPLE**2 / (self.rate * self.solves_then_s)


def constants(records: Records) -> Constants | None:
    """Return the constants, None where scoring or growth has not been recorded."""
    rows = [row for row in rows_of(records, "growth") if row.get("curve") == CURVE]
    rates = {row["name"]: row.get("million_pairs_a_second", 0.0) * 1e6 for row in rows_of(records, "scoring")}
    if len(rows) < 2 or not rates:
        return None
    first, last, sizes = rows[0], rows[-1], [row["mentees"] for row in rows]
    laws = {name: fitted(sizes, [row[name] for row in rows]).exponent for name in ("solves_s", "listed")}
    people = (last["people_mb"] - first["people_mb"]) / (2 * (last["mentees"] - first["mentees"]))
    working = (last["memory_mb"] - last["people_mb"]) / last["listed"]
    seen = last["scans"] * last["mentees"] * last["mentors"]
    return Constants(
        *(
            rates[f"{CURVE}: a scan, compiled"],
            seen / (last["scans_s"] * last["cores"]),
            rates[f"{CURVE}: a scan, NumPy"],
        ),
        *(last["scans"], last["mentees"]),
        *(last["solves_s"], laws["solves_s"], last["listed"], laws["listed"]),
        *(people * 2**20, working * 2**20),
    )


def measured(found: Constants) -> str:
    """Return the constants as a table."""
    at = f"{found.largest:,} a side"
    rows = [
        ["", "pairs scanned a second by one core, compiled", f"{found.best_rate:,.0f}", "scoring"],
        ["*r*", f"the same in a whole run, by each of its cores, {at}", f"{found.rate:,.0f}", "growth"],
        ["*c*", "the same in NumPy, as the checker scans", f"{found.checking_rate:,.0f}", "scoring"],
        ["*k*", f"scans of all pairs, {at}", f"{found.scans:.1f}", "growth"],
        ["*s*", f"seconds of all solves, {at}", shown(found.solve_s), "growth"],
        ["*a*", "exponent of these", f"{found.solve_exponent:.2f}", "growth"],
        ["*l*", f"pairs listed at most, {at}", f"{found.listed:,}", "growth"],
        ["*b*", "exponent of these", f"{found.list_exponent:.2f}", "growth"],
        ["*p*", "bytes a person, answers and key", f"{found.bytes_a_person:,.0f}", "growth"],
        ["*q*", "bytes a listed pair, all copies of it at the peak", f"{found.bytes_a_listed_pair:,.0f}", "growth"],
    ]
    return table(["", "constant", "measured", "part"], rows)


def sizes(found: Constants) -> str:
    """Return what does not depend on the number of cores."""
    grown = f"({PEOPLE:,} / {found.largest:,})"
    rows = [
        ["pairs", "n m", f"{PEOPLE**2:.0e}"],
        ["people, both sides", "2 n p", f"{2 * PEOPLE * found.bytes_a_person / GB:,.0f} GB"],
        ["duals, sent to each worker before a scan", "2 n 8 bytes", f"{2 * PEOPLE * BYTES / MB:,.0f} MB"],
        ["pairs listed", f"l {grown} ^ b", f"{found.listed_then:,.2g}"],
        [
            "memory of these in one place",
            "q times that",
            f"{found.listed_then * found.bytes_a_listed_pair / GB:,.0f} GB",
        ],
        ["all solves, in one place", f"s {grown} ^ a", span(found.solves_then_s)],
        ["cores that scan in the time of the solves", "k n m / (r times that)", f"{found.even:,.0f}"],
    ]
    return table(["", "formula", "10 million a side"], rows)


def hours(found: Constants) -> str:
    """Return the time on some numbers of cores."""
    return table(["cores", "one scan", "k scans", "and all solves", "share of the solves", "a check"], lines(found))


def span(seconds: float) -> str:
    """Return a length of time in the unit that suits it.

    >>> span(90), span(9_000), span(900_000)
    ('1.5 min', '2.5 h', '10.4 days')
    """
    hours = seconds / HOUR
    if hours < 1:
        return f"{60 * hours:,.2g} min"
    return f"{hours:,.1f} h" if hours < 48 else f"{hours / 24:,.1f} days"


def lines(found: Constants) -> Iterator[list[str]]:
    """Yield a line for each number of cores."""
    for cores in CORES:
        scan, solves = found.scan_s(cores), found.solves_then_s
        total = found.scans * scan + solves
        told = [scan, found.scans * scan, total]
        check = PEOPLE**2 / (found.checking_rate * cores)
        share = f"{solves / total:.0%}".replace("%", " %")
        yield [f"{cores:,}", *map(span, told), share, span(check)]


TABLES: dict[str, Callable[[Constants], str]] = {"measured": measured, "sizes": sizes, "hours": hours}
