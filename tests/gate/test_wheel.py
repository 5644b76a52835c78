"""The wheel holds all that the package needs, and says truly what it is."""

import os
import re
import subprocess
import sys
import tarfile
from collections.abc import Iterable
from email import message_from_bytes
from email.message import Message
from importlib.metadata import distribution
from pathlib import Path
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import mentormatch

ROOT = Path(__file__).resolve().parents[2]


ADDRESSES = {"Source": "https://example.org/mentormatch", "Issues": "https://example.org/mentormatch/issues"}
OF_OTHER_SYSTEMS = {"colorama", "tzdata"}


def build(folder: Path, addresses: str, *targets: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "hatchling", "build", *targets, "--directory", str(folder)]
    setting = os.environ | {"PROJECT_URLS": addresses}
    return subprocess.run(command, cwd=ROOT, env=setting, check=False, capture_output=True, text=True)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a wheel and a source distribution."""
    folder = tmp_path_factory.mktemp("wheel")
    done = build(folder, " ".join(f"{name}={address}" for name, address in ADDRESSES.items()))
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def wheel(built: Path) -> Path:
    (made,) = built.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def metadata(wheel: Path) -> Message:
    return message_from_bytes(read(wheel, "METADATA"))


def read(wheel: Path, name: str) -> bytes:
    with ZipFile(wheel) as archive:
        return archive.read(f"mentormatch_engine-{mentormatch.__version__}.dist-info/{name}")


def test_every_file_of_the_package_is_in_the_wheel_and_nothing_else(wheel: Path) -> None:
    source = ROOT / "src"
    files = {path.relative_to(source).as_posix() for path in source.rglob("*") if path.is_file()}
    wanted = {name for name in files if "__pycache__" not in name}
    with ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert packed == wanted
    assert packed >= {"mentormatch/py.typed", "mentormatch/places/data/places.xz", "mentormatch/places/data/README.md"}


def test_the_wheel_says_its_name_version_licence_and_python(metadata: Message) -> None:
    told = [metadata[name] for name in ("Name", "Version", "License-Expression", "Requires-Python")]
    assert told == ["mentormatch-engine", mentormatch.__version__, "MIT AND CC-BY-4.0 AND etalab-2.0", ">=3.12"]


def test_the_wheel_shuns_the_highspy_that_prints_a_banner(metadata: Message) -> None:
    assert "highspy!=1.16.0" in metadata.get_all("Requires-Dist", [])


def test_only_the_extras_for_calendars_clusters_notebooks_parquet_pictures_large_markets_and_the_service_are_offered(
    metadata: Message,
) -> None:
    extras = ["calendar", "dask", "notebook", "parquet", "pictures", "scale", "service"]
    assert metadata.get_all("Provides-Extra") == extras


def test_the_command_is_installed_with_the_wheel(wheel: Path) -> None:
    assert b"[console_scripts]\nmentormatch = mentormatch.cli:main\n" in read(wheel, "entry_points.txt")


def test_an_index_would_take_wheel_and_source_distribution(built: Path) -> None:
    command = [sys.executable, "-m", "twine", "check", "--strict", *map(str, sorted(built.iterdir()))]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.count("PASSED")) == (0, 2), done.stdout


def test_the_addresses_of_the_project_are_those_that_the_builder_states(metadata: Message) -> None:
    assert metadata.get_all("Project-URL") == [f"{name}, {address}" for name, address in ADDRESSES.items()]


def test_no_address_is_made_up(tmp_path: Path) -> None:
    assert build(tmp_path, "", "--target", "wheel").returncode == 0
    (made,) = tmp_path.glob("*.whl")
    assert message_from_bytes(read(made, "METADATA")).get_all("Project-URL") is None


@pytest.mark.parametrize("wrong", ["Source", "=https://example.org", "Source=http://example.org"])
def test_an_address_that_is_none_is_refused(tmp_path: Path, wrong: str) -> None:
    done = build(tmp_path, wrong, "--target", "wheel")
    assert (done.returncode, [*tmp_path.iterdir()]) == (1, [])
    assert f"PROJECT_URLS: {wrong}: expected words like" in done.stderr


def test_the_source_distribution_is_the_checkout(built: Path) -> None:
    told = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    wanted = {name for name in told.split("\0") if (ROOT / name).is_file()}
    (made,) = built.glob("*.tar.gz")
    with tarfile.open(made) as archive:
        packed = {one.name.partition("/")[2] for one in archive.getmembers()}
    assert wanted - packed == set()


def needed(requirements: Iterable[str], extras: frozenset[str] = frozenset()) -> set[str]:
    """Return the names of all packages that these lines bring here, by way of others too."""
    found = set()
    for line in requirements:
        one = Requirement(line)
        if one.marker is None or any(one.marker.evaluate({"extra": extra}) for extra in extras or {""}):
            name = canonicalize_name(one.name)
            found |= {name, *needed(distribution(name).requires or (), frozenset(one.extras))}
    return found


def test_nothing_joins_the_core_that_the_guide_does_not_name_and_weigh(metadata: Message) -> None:
    names = needed(metadata.get_all("Requires-Dist", []))
    guide = (ROOT / "docs" / "guides" / "install.md").read_text("utf-8").partition("## Packages of the core")[2]
    told = re.search(r"installs (\d+) other packages, (\d+) MB", guide)
    listed = re.search(r"```text\n(.*?)```", guide, re.DOTALL)
    assert told is not None
    assert listed is not None
    assert names - OF_OTHER_SYSTEMS == {*listed[1].split()}
    assert len(listed[1].split()) == int(told[1])
    files = [file.locate() for name in names for file in distribution(name).files or ()]
    held = sum(file.stat().st_size for file in map(Path, map(str, files)) if file.is_file())
    assert held / 10**6 < 1.1 * int(told[2])


def test_no_page_says_to_install_what_no_index_has() -> None:
    """Only where it is installed does its name suffice, to add what an extra needs."""
    pages = [
        ROOT / "README.md",
        ROOT / "CONTRIBUTING.md",
        *(ROOT / "docs").rglob("*.md"),
        *(ROOT / "docs").rglob("*.rst"),
    ]
    pages += (ROOT / "notebooks").rglob("*.ipynb")
    told = [
        (path.name, line)
        for path in pages
        for line in re.findall(r"pip install.*mentormatch-engine\S*", path.read_text("utf-8"))
    ]
    assert told == [("install.md", "pip install 'mentormatch-engine[scale]'`")]
