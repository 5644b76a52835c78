"""The wheel holds all that the package needs, and says truly what it is."""

import subprocess
import sys
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from zipfile import ZipFile

import pytest

import mentormatch

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


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
