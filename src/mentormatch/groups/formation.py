"""Form groups: of the members of a cohort under a programme, or of a matrix."""

from collections.abc import Iterable
from time import monotonic
from typing import overload

from mentormatch.assignment.mip.dispatch import can_load_highs
from mentormatch.assignment.model.solution import Status
from mentormatch.base.scalars import duration, seed_number
from mentormatch.errors import RequestError
from mentormatch.groups.infeasibility import MemberGroup, formulate_groups, score
from mentormatch.groups.partition import Grouping
from mentormatch.groups.problem import GroupProblem, GroupSolution
from mentormatch.groups.solver import solve_groups
from mentormatch.languages.translation import tr
from mentormatch.people.cohort import Cohort
from mentormatch.programme.programme import Programme, require_groups
from mentormatch.rules.kinds.named_people import Apart, Together

SHORTEST_S = 1e-9
"""The time limit of a search whose time was up before: it gives the first groups that it finds."""


@overload
def form_groups(cohort: GroupProblem, *, time_limit_s: float | None = None) -> GroupSolution: ...


@overload
def form_groups(
    cohort: Cohort,
    programme: Programme,
    *,
    seed: int = 0,
    together: Iterable[MemberGroup] = (),
    apart: Iterable[MemberGroup] = (),
    past: Iterable[MemberGroup | Grouping] = (),
    time_limit_s: float | None = None,
) -> Grouping: ...


def form_groups(  # noqa: PLR0913 - all but two are keywords
    cohort: Cohort | GroupProblem,
    programme: Programme | None = None,
    *,
    seed: int = 0,
    together: Iterable[MemberGroup] = (),
    apart: Iterable[MemberGroup] = (),
    past: Iterable[MemberGroup | Grouping] = (),
    time_limit_s: float | None = None,
) -> Grouping | GroupSolution:
    """Return the optimal groups of the members of ``cohort`` under ``programme``, explained.

    Parameters
    ----------
    cohort
        Who answered; see ``read_survey``. Or, alone, the groups that a matrix of distances or scores asks for; see
        ``GroupProblem.from_scores``: the answer is then positions, as in ``solve``.
    programme
        With a section ``[groups]``: sizes, number, facilitators and goals.
    seed
        Settles what every goal leaves tied; the same people and seed give the same groups, in any order of rows.
    together, apart
        Keys of people who must be in one group, or of whom no two may be.
    past
        Former groups, by the keys of their members, or former groupings: in the goal ``meetings`` as few people as can
        be meet again.
    time_limit_s
        Seconds after which the best groups so far are returned, marked ``feasible`` with their gap, or ``stopped``.

    Raises
    ------
    RequestError
        The programme forms no groups, or a key is nobody's.
    EngineError
        A solver gave an answer that the checker refused.

    Examples
    --------
    >>> distances = [[0, 3, 1, 1], [3, 0, 2, 2], [1, 2, 0, 4], [1, 2, 4, 0]]
    >>> form_groups(GroupProblem.from_scores(distances, [2, 2])).groups
    ((0, 1), (2, 3))
    """
    if isinstance(cohort, GroupProblem):
        if programme is not None or seed or together or apart or past:
            raise RequestError(
                tr("D'un `GroupProblem`, form_groups ne prend que time_limit_s : le problème dit le reste")
            )
        return solve_with_proofs(cohort, duration("time_limit_s", time_limit_s))
    if programme is None:
        raise RequestError(tr("form_groups forme les groupes d'une cohorte d'après un programme : il manque"))
    began, limit = monotonic(), duration("time_limit_s", time_limit_s)
    require_groups(programme)
    by_hand = [
        *(name_groups(Together, keys, cohort) for keys in together),
        *(name_groups(Apart, keys, cohort) for keys in apart),
    ]
    decided = programme.with_rules(by_hand)
    scores = score(cohort.members, decided.criteria)
    formulation = formulate_groups(cohort, decided, scores, list(former_groups(past)), seed=seed_number(seed))
    # Scores take time too
    left = None if limit is None else max(began + limit - monotonic(), SHORTEST_S)
    solution = solve_with_proofs(formulation.problem, left)
    return Grouping(cohort, decided, scores, formulation, solution, programme.heading.language, programme.name)


def solve_with_proofs(problem: GroupProblem, limit: float | None) -> GroupSolution:
    """Return the best groups, with proofs if all groups can be listed and time is left."""
    ends = None if limit is None else monotonic() + limit
    solution = solve_groups(problem, time_limit_s=limit)
    is_late = ends is not None and monotonic() > ends
    if is_late or solution.status not in (Status.PROVED, Status.INFEASIBLE) or not can_load_highs():
        return solution
    # Loaded here, so that groups which are not proved never load the solver
    from mentormatch.groups.proofs import add_proofs

    return add_proofs(problem, solution, ends)


def name_groups[R: (Together, Apart)](rule: type[R], keys: MemberGroup, cohort: Cohort) -> R:
    """Return a rule on some members; raise RequestError where a key is nobody's."""
    people = cohort.members
    return rule(people=[people.ids[people.find(key)] for key in keys])


def former_groups(past: Iterable[MemberGroup | Grouping]) -> Iterable[MemberGroup]:
    """Yield the keys of each former group."""
    for each in past:
        if isinstance(each, Grouping):
            yield from (group.members for group in each.groups)
        else:
            yield each
