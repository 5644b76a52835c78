"""Distributed scans: the same pairs by the workers of any executor, also where workers are lost."""

import os
import pickle
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from time import monotonic, sleep
from typing import Any

import dask
import numpy as np
import pytest
from distributed import Client, LocalCluster

import mentormatch as mm
from mentormatch import AssignmentProblem, Progress, RequestError, Solution, Status, language, solve
from mentormatch.assignment.lexicographic import TimeLimitReached
from mentormatch.assignment.model.scores import ScanQuery
from mentormatch.base.progress import listen
from mentormatch.languages.translation import spoken
from mentormatch.operations.instance import lazy_scores
from mentormatch.rules import formulate
from mentormatch.scale.columns.generation import SiftingOptions
from mentormatch.scale.columns.master import RestrictedMaster
from mentormatch.scale.scan import dispatch, workers
from mentormatch.scale.scan.blocks import BLOCK_ROWS, ScanHits, concatenate_hits, scan_all
from mentormatch.scale.scan.dask_cluster import DaskScanPool
from mentormatch.scale.scan.dispatch import DispatchOptions
from mentormatch.scale.scan.implicit_scores import ImplicitScores
from mentormatch.scale.scan.simd import SimdScanner
from mentormatch.scale.scan.workers import Block, MatrixPayload, NotReadyError, ThreadScanPool, WorkerLostError
from tests.doors import substitute
from tests.failure.processes import alive, wait_for
from tests.scale.markets import GOALS, PROGRAMME, RULES, cohort, same

SIZE = 1_300
IN_TIME_S = 10.0
"""What is over at once is over by then, on a busy machine too."""


@pytest.fixture(scope="module")
def problem() -> AssignmentProblem:
    return formulate(cohort(2, SIZE), lazy_scores(cohort(2, SIZE), PROGRAMME.criteria), RULES, GOALS)


@pytest.fixture(scope="module")
def alone(problem: AssignmentProblem) -> Solution:
    """Return what the threads of this machine come to."""
    return solve(problem)


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a look made of twenty blocks."""
    substitute(monkeypatch, "scale", DISPATCH_OPTIONS=DispatchOptions(max_pairs_per_block=1))


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCluster]:
    """Start two worker processes, which leave nothing behind; one that dies is replaced."""
    with local_cluster(tmp_path_factory, 2) as two:
        yield two
        workers = [nanny.pid for nanny in two.workers.values()]
    wait_for(lambda: not any(map(alive, workers)))


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """Start a cluster that has no workers."""
    with local_cluster(tmp_path_factory, 0) as nobody, Client(nobody) as client:
        yield client


@pytest.fixture
def client(cluster: LocalCluster) -> Iterator[Client]:
    with Client(cluster) as one:
        one.wait_for_workers(2, timeout=60)
        yield one


@contextmanager
def local_cluster(folders: pytest.TempPathFactory, workers: int) -> Iterator[LocalCluster]:
    """Start so many worker processes, on free ports, and a folder of their own for what they write."""
    folder = str(folders.mktemp("dask"))
    own = {"n_workers": workers, "threads_per_worker": 1, "processes": True, "local_directory": folder}
    with (
        dask.config.set({"temporary-directory": folder}),
        LocalCluster(**own, host="127.0.0.1", dashboard_address="127.0.0.1:0") as cluster,
    ):
        yield cluster


def processes(count: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(count, mp_context=get_context("spawn"))


@pytest.mark.proof
@pytest.mark.parametrize("threads", [1, 3])
def test_threads_find_the_same_pairs(problem: AssignmentProblem, alone: Solution, threads: int) -> None:
    with ThreadPoolExecutor(threads) as executor:
        assert same(solve(problem, executor=executor), alone)


@pytest.mark.parametrize("wished", ["fr", "en"])
def test_what_a_worker_says_is_in_the_language_of_whoever_asked(
    problem: AssignmentProblem, wished: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert isinstance(problem.scores, ImplicitScores)
    heard = list[str]()
    with language(wished):
        make, parts = MatrixPayload.of(problem.scores.matrix).__reduce__()
    monkeypatch.setattr(workers, "scan_range", lambda *asked: heard.append(spoken()))
    query: Any = None
    workers.scan_payload(make(*parts), query, 0, 1)
    assert heard == [wished]


@pytest.mark.proof
def test_processes_find_the_same_pairs_each_time_they_are_asked(problem: AssignmentProblem, alone: Solution) -> None:
    with processes(2) as executor:
        assert all(same(solve(problem, executor=executor), alone) for _ in range(2))


def test_dask_workers_find_the_same_pairs(problem: AssignmentProblem, alone: Solution, client: Client) -> None:
    assert same(solve(problem, executor=client), alone)
    wait_for(lambda: not client.futures)


@pytest.mark.parametrize("many", [1, pytest.param(2, marks=pytest.mark.proof)], ids=["one of two", "both"])
def test_the_pairs_are_the_same_if_workers_are_killed_halfway_through_a_scan(
    problem: AssignmentProblem, alone: Solution, client: Client, many: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed: list[int] = []
    held: list[int] = []
    taken: list[Block] = []
    blocks = dispatch.split_into_blocks(*problem.shape)

    def take(self: DaskScanPool, future: Future[Any], block: Block) -> ScanHits | None:
        taken.append(block)
        if len(taken) == len(blocks) // 2:
            held.extend(len(keys) for keys in self.client.has_what().values())
            killed.extend(list(self.client.run(os.getpid).values())[:many])
            for worker in killed:
                os.kill(worker, signal.SIGKILL)
        return original(self, future, block)

    original: Callable[..., ScanHits | None] = DaskScanPool.next_result
    monkeypatch.setattr(DaskScanPool, "next_result", take)
    found = solve(problem, executor=client)
    assert len(killed) == many
    wait_for(lambda: not any(map(alive, killed)))
    assert len(set(taken[: len(blocks) // 2])) == len(blocks) // 2 >= 10
    assert sum(held) > 0
    assert same(found, alone)


def test_where_no_worker_is_left_it_is_said_in_time(
    problem: AssignmentProblem, empty: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = DispatchOptions(max_pairs_per_block=1, no_worker_timeout_s=0.5)
    substitute(monkeypatch, "scale", DISPATCH_OPTIONS=options)
    begun = monotonic()
    found = solve(problem, executor=empty)
    assert monotonic() - begun < IN_TIME_S
    assert found.status is Status.FAILED
    assert "Aucun ouvrier n’a examiné de binômes" in found.notes[0]
    assert "recommencez" in found.notes[0]


def test_a_time_limit_holds_while_blocks_are_out(problem: AssignmentProblem, empty: Client) -> None:
    begun = monotonic()
    assert solve(problem, executor=empty, time_limit_s=1).status is Status.STOPPED
    assert monotonic() - begun < IN_TIME_S
    wait_for(lambda: not empty.futures)


@pytest.mark.proof
def test_an_answer_that_was_there_is_kept_where_all_workers_are_lost(
    problem: AssignmentProblem, monkeypatch: pytest.MonkeyPatch
) -> None:

    with processes(2) as executor:

        class Deadly(RestrictedMaster):
            """Loses a process after its first answer."""

            def report(self, *answer: object) -> None:
                super().report(*answer)  # type: ignore[arg-type]  # whatever it is told
                executor.submit(os.kill, next(iter(executor._processes)), signal.SIGKILL)

        substitute(
            monkeypatch, "scale", RestrictedMaster=Deadly, SIFTING_OPTIONS=SiftingOptions(candidates_per_person=1)
        )
        found = solve(problem, executor=executor)
    assert found.status is Status.FEASIBLE
    assert found.tiers[0].bound is not None
    assert "Créez-en un autre" in found.notes[0]


def test_an_executor_that_was_shut_down_is_said_to_be(problem: AssignmentProblem) -> None:
    for executor in (ThreadPoolExecutor(1), processes(1)):
        executor.shutdown()
        found = solve(problem, executor=executor)
        assert found.status is Status.FAILED
        assert "a été arrêté" in found.notes[0]


def test_a_client_whose_scheduler_is_gone_is_said_to_be(
    problem: AssignmentProblem, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with local_cluster(tmp_path_factory, 0) as nobody, Client(nobody) as client:
        client.close()
        found = solve(problem, executor=client)
    assert found.status is Status.FAILED
    assert "n’est pas relié (closed)" in found.notes[0]


def test_a_block_that_ends_worker_after_worker_is_given_up(
    problem: AssignmentProblem, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lose(*_: object) -> None:
        raise WorkerLostError

    monkeypatch.setattr(ThreadScanPool, "next_result", lose)
    with ThreadPoolExecutor(1) as executor:
        found = solve(problem, executor=executor)
    assert found.status is Status.FAILED
    assert f"perdu {dispatch.DISPATCH_OPTIONS.max_losses} fois" in found.notes[0]


def test_what_goes_wrong_in_a_worker_is_raised_here(problem: AssignmentProblem, client: Client) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(workers, "__version__", "0.0.0")
        found = solve(problem, executor=client)
    assert found.status is Status.FAILED
    assert "Install the same version on all machines" in found.notes[0]


class Here(Executor):
    """An executor of no kind that is known: it sends what it is asked to itself."""

    def submit(self, function: Callable[..., Any], /, *asked: Any, **_: Any) -> Future[Any]:
        done: Future[Any] = Future()
        done.set_result(function(*pickle.loads(pickle.dumps(asked))))  # noqa: S301 - written a moment before
        return done


def test_workers_without_compiled_code_find_the_same_pairs(
    problem: AssignmentProblem, alone: Solution, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "find_spec", lambda _: None)
    substitute(monkeypatch, "scale", DISPATCH_OPTIONS=DispatchOptions(max_pairs_per_block=64 * SIZE * 8))
    assert same(solve(problem, executor=Here()), alone)
    (held,) = workers.CACHED_PAYLOAD.values()
    assert not isinstance(getattr(held.open_scanner(), "__self__", None), SimdScanner)


def test_what_cannot_be_sent_is_refused_with_what_to_do(
    problem: AssignmentProblem, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unsendable(_: object) -> None:
        raise pickle.PicklingError("Can't pickle a local class")

    monkeypatch.setattr(MatrixPayload, "of", unsendable)
    with pytest.raises(RequestError, match="dans un module, pas dans une fonction"):
        solve(problem, executor=Here())


@pytest.mark.parametrize("shape", [(0, 0), (1, 5), (64, 10), (5_000, 900), (10_000, 10_000), (100_000, 100_000)])
def test_blocks_are_of_whole_strips_and_neither_few_nor_large(
    shape: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    substitute(monkeypatch, "scale", DISPATCH_OPTIONS=DispatchOptions())
    blocks = dispatch.split_into_blocks(*shape)
    assert [row for start, stop in blocks for row in range(start, stop)] == list(range(shape[0]))
    assert all(start % BLOCK_ROWS == 0 for start, _ in blocks)
    assert all((stop - start) * shape[1] <= 1 << 27 for start, stop in blocks)
    assert len(blocks) >= min(shape[0] // BLOCK_ROWS, dispatch.DISPATCH_OPTIONS.min_blocks)


def test_what_is_late_is_waited_for(
    problem: AssignmentProblem, alone: Solution, monkeypatch: pytest.MonkeyPatch
) -> None:
    late: set[Block] = set()

    def take(self: ThreadScanPool, future: Future[ScanHits | None], block: Block) -> ScanHits | None:
        if block not in late:
            late.add(block)
            raise NotReadyError
        return original(self, future, block)

    original = ThreadScanPool.next_result
    monkeypatch.setattr(ThreadScanPool, "next_result", take)
    with ThreadPoolExecutor(1) as executor:
        assert same(solve(problem, executor=executor), alone)
    assert late == set(dispatch.split_into_blocks(*problem.shape))


def test_a_scan_by_this_machine_ends_once_the_time_is_up(problem: AssignmentProblem) -> None:
    m = problem.shape[1]
    nothing, advance = concatenate_hits([]), list[int]()
    query = ScanQuery(np.zeros(BLOCK_ROWS * 500, dtype=np.int64), np.zeros(m, dtype=np.int64))

    def slowly(start: int, _: int) -> ScanHits:
        advance.append(start)
        sleep(0.005)
        return nothing

    def check_deadline() -> None:
        raise TimeLimitReached

    with pytest.raises(TimeLimitReached):
        scan_all(lambda _: slowly, BLOCK_ROWS * 500, query, check_deadline)
    assert 0 < len(advance) < 250


@pytest.mark.parametrize("wrong", [3, "threads"])
def test_what_is_no_executor_is_refused(problem: AssignmentProblem, wrong: Any) -> None:
    with pytest.raises(RequestError, match=r"concurrent\.futures\.Executor"):
        solve(problem, executor=wrong)


def test_what_can_submit_and_is_no_executor_is_refused(problem: AssignmentProblem) -> None:
    class Other:
        submit = print

    with pytest.raises(RequestError, match="extra dask"):
        solve(problem, executor=Other())  # type: ignore[arg-type]  # it is wrong


def test_what_is_sent_holds_no_key_and_only_answers_that_have_no_table(problem: AssignmentProblem) -> None:
    assert isinstance(problem.scores, ImplicitScores)
    matrix = problem.scores.matrix
    sent, original = (pickle.dumps(each) for each in (matrix.without_answers(), matrix))
    keys = [key.upper().encode() for key in (*problem.mentor_keys[::50], *problem.mentee_keys[::50])]
    assert sum(key in original for key in keys) >= len(keys) // 2 > 20
    assert not any(key in sent for key in keys)
    for part, bare in zip(matrix.terms, matrix.without_answers().terms, strict=True):
        kept = [] if part.table is not None else list(part.left.columns)
        assert list(bare.left.columns) == kept
        assert not any((*bare.left.ids, *bare.right.ids))
    assert len(MatrixPayload.of(matrix).packed) < 2_000_000


def test_a_scan_by_workers_tells_how_far_it_is(problem: AssignmentProblem, monkeypatch: pytest.MonkeyPatch) -> None:
    substitute(monkeypatch, "base", QUIET_S=0.0, TICK_S=0.001)
    told: list[Progress] = []
    with listen(told.append), ThreadPoolExecutor(1) as executor:
        solve(problem, executor=executor)
    looks = [one for one in told if one.pairs]
    assert looks
    assert max(one.pairs for one in looks) == problem.shape[0] * problem.shape[1]
    assert all(0 < one.looked <= one.pairs and one.pairs_per_second > 0 for one in looks)
    assert told[-1].looked == told[-1].pairs == 0


def test_a_matching_takes_an_executor_and_needs_none_for_few_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    class Untouched(ThreadPoolExecutor):
        def submit(self, *_: Any, **__: Any) -> Any:
            raise AssertionError

    people, programme = cohort(4), PROGRAMME.model_copy(update={"rules": list(RULES)})
    few = mm.match(people, programme, executor=Untouched(1))
    substitute(monkeypatch, "operations", MAX_STORED_PAIRS=0)
    with ThreadPoolExecutor(2) as executor:
        assert mm.match(people, programme, executor=executor).pairs == few.pairs
