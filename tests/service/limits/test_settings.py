"""The limits that a service has unless it is given others, once more, so that none changes by mistake."""

import os
from dataclasses import asdict

import pytest

from mentormatch.service.settings import Settings

KIB = 1_024
DEFAULTS = {
    "token": "secret",
    "hosts": (),
    "https": False,
    "store": None,
    "open_description": False,
    "open_metrics": False,
    "origins": (),
    "gzip": False,
    "body_bytes": 8 * KIB * KIB,
    "body_s": 20.0,
    "max_bodies": 64,
    "max_sign_ins": 32,
    "sign_in_bytes": 4 * KIB,
    "sign_in_s": 5.0,
    "page_bytes": 64 * KIB,
    "max_people": 2_000,
    "max_pairs": 1_000_000,
    "sync_pairs": 40_000,
    "sync_wait_s": 30.0,
    "max_waiting": 32,
    "time_limit_s": 300.0,
    "worker_bytes": 2 * KIB * KIB * KIB,
    "worker_recycle_bytes": 768 * KIB * KIB,
    "max_jobs": 1_000,
    "results_bytes": 256 * KIB * KIB,
    "expiry_s": 900.0,
    "max_workspaces": 4,
    "workspace_idle_s": 1_800.0,
    "left_tab_s": 60.0,
    "silent_tab_s": 150.0,
    "workspace_ttl_s": 30 * 86_400.0,
    "workspace_store_bytes": KIB * KIB * KIB,
    "min_free_disk_bytes": 64 * KIB * KIB,
    "max_connections": 512,
    "header_timeout_s": 10.0,
    "keep_alive_s": 5.0,
    "send_timeout_s": 30.0,
    "drain_s": 30.0,
    "grace_s": 3.0,
}


def test_the_limits_are_these() -> None:
    told = asdict(Settings("secret"))
    del told["workers"]
    assert told == DEFAULTS


@pytest.mark.parametrize(("processors", "workers"), [(None, 1), (1, 1), (3, 3), (4, 4), (64, 4)])
def test_there_are_as_many_workers_as_processors_up_to_four(
    processors: int | None, workers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: processors)
    assert Settings("").workers == workers


def test_a_token_is_not_shown_with_the_settings() -> None:
    assert "secret" not in repr(Settings("secret"))
