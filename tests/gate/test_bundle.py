"""The zip that installs the page without network: what is in it, for which system, and that it does."""

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.failure.processes import only_linux
from tests.service.own_page import Own
from tools.bundle.__main__ import LOCKED, SYSTEMS, contents, needed, pack, requirements

ROOT = Path(__file__).resolve().parents[2]
LOCK = LOCKED.read_text("utf-8")


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """Return something by the name of our wheel."""
    path = tmp_path / "mentormatch_engine-0.2.0-py3-none-any.whl"
    path.write_bytes(b"wheel")
    return path


def test_every_requirement_of_the_lock_is_read_with_its_hashes() -> None:
    found = {str(one.name): hashes for one, hashes in requirements(LOCK)}
    assert set(found) == set(re.findall(r"^([\w.-]+)==", LOCK, re.MULTILINE))
    assert sum(map(len, found.values())) == LOCK.count("--hash=")
    assert all(re.fullmatch(r"--hash=sha256:[0-9a-f]{64}", one) for hashes in found.values() for one in hashes)


def test_markers_are_those_of_the_system_that_is_meant_not_of_this_one() -> None:
    names = {system: {line.partition("==")[0] for line in needed(LOCK, SYSTEMS[system], "3.13")} for system in SYSTEMS}
    assert names["windows"] - names["linux"] == {"colorama"}
    assert names["linux"] == names["macos"]
    assert {"cryptography", "fastapi", "numpy", "uvicorn"} <= names["linux"]
    assert not any(";" in line for line in needed(LOCK, SYSTEMS["windows"], "3.12"))


def test_scripts_may_be_run_and_the_wheel_is_held_by_its_hash(own: Path, tmp_path: Path) -> None:
    files = contents(own, {one.script for one in SYSTEMS.values()}, ["3.12", "3.13"])
    target = tmp_path / "all.zip"
    pack(target, files, [own])
    with zipfile.ZipFile(target) as archive:
        modes = {one.filename: one.external_attr >> 16 & 0o777 for one in archive.infolist()}
        lock = archive.read("all/requirements.txt").decode()
        scripts = {name: archive.read(f"all/{name}").decode() for name in ("install.sh", "install.bat", "LISEZMOI.txt")}
    assert modes["all/install.sh"] == modes["all/install.command"] == 0o755
    assert modes["all/wheels/mentormatch_engine-0.2.0-py3-none-any.whl"] == 0o644
    assert lock.startswith(LOCK)
    assert re.search(r"^mentormatch-engine==0\.2\.0 --hash=sha256:[0-9a-f]{64}$", lock, re.MULTILINE)
    assert all("3.13 3.12" in text and "@" not in text.replace("@echo", "") for text in scripts.values())
    assert "\n" not in scripts["install.bat"].replace("\r\n", "")


def test_where_no_python_will_do_it_is_said_which_is_needed(own: Path, tmp_path: Path) -> None:
    script = tmp_path / "install.sh"
    script.write_bytes(contents(own, {"install.sh"}, ["9.98"])["install.sh"])
    done = subprocess.run(["sh", script], env={"PATH": os.environ["PATH"], "HOME": str(tmp_path)}, capture_output=True)
    assert done.returncode == 1
    assert "Python (9.98) with venv is needed" in done.stderr.decode()
    assert not (tmp_path / ".local").exists()


@pytest.mark.proof
@only_linux
def test_the_zip_installs_the_page_in_a_bare_account_without_network(tmp_path: Path) -> None:
    """Wheels come from where pip takes them; what installs them has no network but that of its own."""
    subprocess.run([sys.executable, "-m", "tools.bundle"], cwd=ROOT, check=True, capture_output=True)
    (made,) = (ROOT / "dist").glob("mentormatch-*-hors-ligne.zip")
    subprocess.run(["unzip", "-q", made, "-d", tmp_path], check=True)
    account = Own(tmp_path)
    bare = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "XDG_DATA_HOME": account.variables["XDG_DATA_HOME"]}
    alone = ["unshare", "--map-root-user", "--net"]
    install = [*alone, "sh", str(tmp_path / made.stem / "install.sh")]
    done = subprocess.run(install, env=bare, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "data" / "applications" / "mentormatch.desktop").is_file()
    program = tmp_path / "data" / "mentormatch" / "app" / "bin" / "mentormatch"
    with account.opened(program):
        assert account.addresses()
