"""Groups of the members of a cohort under a programme, or of the rows of a matrix."""

from collections.abc import Iterable
from time import monotonic
from typing import overload

from mentormatch.assignment.mip.dispatch import can_load_highs
from mentormatch.assignment.model.solution import Status
from mentormatch.base.scalars import duration, seed_number
from mentormatch.errors import RequestError
from mentormatch.groups.infeasibility import MemberGroup, formulate_groups, score_groups
from mentormatch.groups.partition import Grouping
from mentormatch.groups.problem import GroupProblem, GroupSolution
from mentormatch.groups.solver import solve_groups
from mentormatch.languages.translation import tr
from mentormatch.people.cohort import Cohort
from mentormatch.programme.programme import Programme, require_groups
from mentormatch.rules.kinds.named_people import Apart, Together


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
        The people who answered, see ``read_survey``. Or, without programme, a problem given by a matrix of distances
        or scores, see ``GroupProblem.from_scores``: the result then contains positions, as in ``solve``.
    programme
        A programme with a section ``[groups]``: sizes, number, facilitators and goals.
    seed
        Breaks ties after the last goal; the same people and seed give the same groups, in any order of rows.
    together, apart
        Keys of people who must be in one group, or no two of whom may be in one group.
    past
        Past groups, by the keys of their members, or past groupings: the goal ``meetings`` minimises how often people
        meet again.
    time_limit_s
        Seconds after which the best groups so far are returned, marked ``feasible`` with their gap, or ``stopped``.

    Raises
    ------
    RequestError
        The programme forms no groups, or a key is unknown.
    EngineError
        The checker refused the result of a solver.

    See Also
    --------
    match : pairs.
    rotate : further rounds of groups.
    choose_dates : dates of their sessions.

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
    scores = score_groups(cohort.members, decided.criteria)
    formulation = formulate_groups(cohort, decided, scores, list(former_groups(past)), seed=seed_number(seed))
    # Computing the scores takes time too; after the deadline, a search returns the first groups found
    remaining_s = None if limit is None else max(began + limit - monotonic(), 1e-9)
    solution = solve_with_proofs(formulation.problem, remaining_s)
    return Grouping(cohort, decided, scores, formulation, solution, programme.heading.language, programme.name)


def solve_with_proofs(problem: GroupProblem, limit: float | None) -> GroupSolution:
    """Return the best groups, with proofs if all groups can be listed in the time that remains."""
    deadline = None if limit is None else monotonic() + limit
    solution = solve_groups(problem, time_limit_s=limit)
    is_late = deadline is not None and monotonic() > deadline
    if is_late or solution.status not in (Status.PROVED, Status.INFEASIBLE) or not can_load_highs():
        return solution
    # Imported only if needed: unproved groups never load the solver
    from mentormatch.groups.proofs import add_proofs

    return add_proofs(problem, solution, deadline)


def name_groups[R: (Together, Apart)](rule: type[R], keys: MemberGroup, cohort: Cohort) -> R:
    """Return a rule on some members. Raises RequestError for an unknown key."""
    people = cohort.members
    return rule(people=[people.ids[people.find(key)] for key in keys])


def former_groups(past: Iterable[MemberGroup | Grouping]) -> Iterable[MemberGroup]:
    for group_or_grouping in past:
        if isinstance(group_or_grouping, Grouping):
            yield from (group.members for group in group_or_grouping.groups)
        else:
            yield group_or_grouping
