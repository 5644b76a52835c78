"""How a service stands: alive, ready, measured, told of in the log, called from other sites, packed, and drained."""

import os
import signal
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from mentormatch.cli.serve import require_origin
from mentormatch.errors import OutputError
from tests.canaries import NAME
from tests.failure.processes import wait_for
from tests.service.failing_workers import LINGERS, SLEEPS, asked, troubled
from tests.service.server import BEARER, Served, limits, serving, start, stop

SITE, OTHER_SITE = "https://app.example.org", "https://elsewhere.example.org"


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving("--workers", "1", "--gzip", "--origin", SITE) as service:
        wait_for(lambda: get(service, "/ready").status_code == 200)
        yield service


def get(served: Served, path: str, **headers: str) -> httpx.Response:
    return httpx.get(f"{served.url}{path}", headers=headers, trust_env=False, verify=False)


def measured(served: Served) -> dict[tuple[str, tuple[str, ...]], float]:
    """Return the metrics by their names and the values of their labels, in the order of the labels' names."""
    text = get(served, "/metrics", **BEARER).text
    return {
        (sample.name, tuple(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_anybody_is_told_that_it_is_alive_and_takes_work(served: Served) -> None:
    assert get(served, "/health").json()["status"] == "ok"
    told = get(served, "/ready").json()
    assert told["status"] == "ready"
    assert told["workers"] >= 1
    assert told["disk_free_bytes"] > 0


def test_the_metrics_want_the_token(served: Served) -> None:
    assert get(served, "/metrics").status_code == 401


def test_a_service_that_is_asked_for_nothing_of_this_and_has_no_space() -> None:
    with (
        serving("--workers", "1", "--open-metrics", settings=limits(min_free_disk_bytes=1 << 62)) as service,
        service.client() as client,
    ):
        assert get(service, "/metrics").status_code == 200
        assert httpx.post(f"{service.url}/v1/match", trust_env=False).status_code == 401
        wait_for(lambda: "free" in get(service, "/ready").text)
        refused = get(service, "/ready", Origin=SITE)
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "2")
        assert refused.json()["type"].endswith(":not-ready")
        assert "Access-Control-Allow-Origin" not in refused.headers
        assert get(service, "/health").status_code == 200
        assert "Content-Encoding" not in client.post("/v1/match", json=asked()).headers


def test_requests_work_jobs_and_memory_are_measured(served: Served) -> None:
    before = measured(served)
    with served.client() as client:
        assert client.post("/v1/match", json=asked()).status_code == 200
        job = client.post("/v1/match", json=asked(), headers={"Prefer": "respond-async"}).json()
        wait_for(lambda: client.get(job["links"]["self"]).json()["state"] == "done")
        after = measured(served)
        client.delete(job["links"]["self"])

    def more(name: str, *labels: str) -> float:
        return after[name, labels] - before.get((name, labels), 0.0)

    assert more("mentormatch_requests_total", "POST", "/v1/match", "200") == 1
    assert more("mentormatch_requests_total", "POST", "/v1/match", "202") == 1
    assert more("mentormatch_request_seconds_count", "/v1/match") == 2
    assert more("mentormatch_solve_seconds_count", "match") == 2
    assert more("mentormatch_solve_seconds_sum", "match") > 0
    assert not [labels for name, labels in after if name == "mentormatch_jobs"]
    assert (after["mentormatch_workers_busy", ()], after["mentormatch_requests_waiting", ()]) == (0, 0)
    assert after["mentormatch_workers", ()] >= 1
    if sys.platform == "linux":
        assert after["mentormatch_memory_bytes", ("service",)] > 1 << 20
        assert after["mentormatch_memory_bytes", ("workers",)] > 1 << 20


def test_nothing_that_is_asked_is_in_the_metrics_and_strange_methods_are_one(served: Served) -> None:
    with served.client() as client:
        client.get(f"/v1/jobs/{NAME}", headers={"X-Request-ID": "look-for-me"})
        client.get(f"/{NAME}?who={NAME}")
        client.request("BREW", "/v1/match")
        text = client.get("/metrics").text
    assert NAME not in text
    assert "look-for-me" not in text
    assert "BREW" not in text
    assert 'method="other"' in text
    assert 'route="/v1/jobs/{job_id}"' in text


def test_the_log_says_when(served: Served) -> None:
    get(served, "/health", **{"X-Request-ID": "when-was-it"})
    wait_for(lambda: "when-was-it" in served.text)
    (line,) = [line for line in served.lines() if line["request"] == "when-was-it"]
    told = datetime.fromisoformat(line["time"])
    assert told.tzinfo is not None
    assert abs(datetime.now(UTC) - told) < timedelta(minutes=10)


def preflight(served: Served, origin: str) -> httpx.Response:
    wishes = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,content-type"}
    return httpx.options(f"{served.url}/v1/match", headers={"Origin": origin, **wishes}, trust_env=False)


def test_pages_of_a_named_site_may_call_it_and_read_refusals_too_without_cookies(served: Served) -> None:
    allowed = preflight(served, SITE)
    assert (allowed.status_code, allowed.headers["Access-Control-Allow-Origin"]) == (200, SITE)
    assert "authorization" in allowed.headers["Access-Control-Allow-Headers"].lower()
    refused = httpx.post(f"{served.url}/v1/match", headers={"Origin": SITE}, trust_env=False)
    assert (refused.status_code, refused.headers["Access-Control-Allow-Origin"]) == (401, SITE)
    assert "Access-Control-Allow-Credentials" not in refused.headers
    assert "Access-Control-Allow-Origin" not in preflight(served, OTHER_SITE).headers
    assert "Access-Control-Allow-Origin" not in get(served, "/health", Origin=OTHER_SITE).headers


@pytest.mark.parametrize("origin", ["*", "app.example.org", f"{SITE}/", f"{SITE}/page", "null", f"{SITE} {SITE}", ""])
def test_what_is_no_site_is_refused(origin: str) -> None:
    with pytest.raises(OutputError, match="--origin"):
        require_origin(origin)
    assert require_origin(f"{SITE}:8443") == f"{SITE}:8443"


def test_answers_are_packed_for_applications_and_never_what_comes_with_a_cookie(served: Served) -> None:
    with served.client() as client:
        packed = client.post("/v1/match", json=asked())
        plain = client.post("/v1/match", json=asked(), headers={"Accept-Encoding": "identity"})
        job = client.post("/v1/match", json=asked(), headers={"Prefer": "respond-async"}).json()
        events = client.get(job["links"]["events"])
        page = client.get("/page/desk.js")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.json() == plain.json()
    assert "Content-Encoding" not in plain.headers
    assert len(page.content) > 1_024
    assert "Content-Encoding" not in page.headers
    assert "Content-Encoding" not in events.headers


def as_job(client: httpx.Client, seed: int) -> str:
    """Return where a job is that is being worked on."""
    job = client.post("/v1/match", json=asked(seed), headers={"Prefer": "respond-async"}).json()
    wait_for(lambda: client.get("/health").json()["busy"] == 1)
    return str(job["links"]["self"])


def test_told_to_end_it_refuses_new_work_finishes_what_it_has_and_gives_the_result() -> None:
    served = start(settings=troubled(workers=1))
    with served.client() as client:
        job = as_job(client, LINGERS)
        served.process.terminate()
        wait_for(lambda: client.get("/ready").status_code == 503)
        refused = client.post("/v1/match", json=asked())
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "2")
        assert refused.json()["type"].endswith(":stopping")
        assert client.get("/health").status_code == 200
        wait_for(lambda: client.get(job).json()["state"] == "done")
        assert client.get(f"{job}/result").json()["status"] == "proved"
    assert served.process.wait(20) == 0
    stop(served)


@pytest.mark.proof
def test_told_twice_it_ends_at_once() -> None:
    served = start(settings=troubled(workers=1, drain_s=600.0, grace_s=1.0))
    with served.client() as client:
        as_job(client, SLEEPS)
        assert [value for (name, _), value in measured(served).items() if name == "mentormatch_jobs"] == [1]
        served.process.terminate()
        wait_for(lambda: client.get("/ready").status_code == 503)
    os.kill(served.process.pid, signal.SIGTERM)
    assert served.process.wait(20) == 0
    stop(served)
