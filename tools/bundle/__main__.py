"""Make one zip with all that a computer without network needs: wheels, locked, and a script for each system.

``make bundle`` makes it for this system, and for the Python that runs this; ``make bundle SYSTEMS="linux windows
macos" PYTHONS="3.12 3.13"`` for others. Python itself is not in it. Wheels come from where pip is set up to take them,
as requirements/service.txt names and hashes them. There are none of cryptography for Macs with Intel's processors.
"""

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from packaging.requirements import Requirement
from packaging.utils import parse_wheel_filename

ROOT = Path(__file__).resolve().parents[2]
HERE = ROOT / "build" / "bundle"
LOCKED = ROOT / "requirements" / "service.txt"
MADE = (1980, 1, 1, 0, 0, 0)
"""The time of every file in the zip, so that the same wheels give the same bytes."""


@dataclass(frozen=True, slots=True)
class System:
    """A system: its script, the tags of wheels that it takes, and what markers see there."""

    script: str
    tags: tuple[str, ...]
    markers: Mapping[str, str]

    @property
    def options(self) -> list[str]:
        """What pip is told of it."""
        return [word for tag in self.tags for word in ("--platform", tag)]


def markers(platform: str, system: str, machine: str, name: str = "posix") -> dict[str, str]:
    """Return what markers see of a system."""
    told = {"sys_platform": platform, "platform_system": system, "platform_machine": machine, "os_name": name}
    return told | {"implementation_name": "cpython", "platform_python_implementation": "CPython"}


SYSTEMS = {
    "linux": System(
        "install.sh",
        (*(f"manylinux_2_{minor}_x86_64" for minor in range(28, 16, -1)), "manylinux2014_x86_64"),
        markers("linux", "Linux", "x86_64"),
    ),
    "windows": System("install.bat", ("win_amd64",), markers("win32", "Windows", "AMD64", "nt")),
    "macos": System("install.command", ("macosx_14_0_arm64",), markers("darwin", "Darwin", "arm64")),
}
HOST = {"win32": "windows", "darwin": "macos"}.get(sys.platform, "linux")


def main() -> None:
    """Make the zip in dist, and say where it is and how large."""
    systems = os.environ.get("SYSTEMS", "").split() or [HOST]
    pythons = os.environ.get("PYTHONS", "").split() or ["{}.{}".format(*sys.version_info)]
    if unknown := sorted(set(systems) - set(SYSTEMS)):
        sys.exit(f"SYSTEMS: {' '.join(unknown)}: expected some of {' '.join(SYSTEMS)}")
    rmtree(HERE, ignore_errors=True)
    wheels = HERE / "wheels"
    wheels.mkdir(parents=True)
    own = built(wheels)
    for name in systems:
        for python in pythons:
            fetch(LOCKED.read_text("utf-8"), SYSTEMS[name], python, wheels)
    scripts = {SYSTEMS[name].script for name in systems}
    target = ROOT / "dist" / f"mentormatch-{parse_wheel_filename(own.name)[1]}-hors-ligne.zip"
    target.parent.mkdir(exist_ok=True)
    pack(target, contents(own, scripts, pythons), sorted(wheels.iterdir()))
    size = target.stat().st_size / 10**6
    sys.stdout.write(f"{target.relative_to(ROOT)}: {' '.join(systems)}, Python {' '.join(pythons)}, {size:.0f} MB\n")


def built(wheels: Path) -> Path:
    """Return the wheel of the project, built into a folder."""
    run("hatchling", "build", "--target", "wheel", "--directory", str(wheels))
    (own,) = wheels.glob("mentormatch_engine-*.whl")
    return own


def run(module: str, *arguments: str) -> None:
    """Run a module of Python at the top of the project; end with what it says where it fails."""
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{module} {arguments[0]}: failed\n{done.stderr}")


def fetch(locked: str, system: System, python: str, wheels: Path) -> None:
    """Fetch the wheels of what is locked, for one system and Python, each by its hash.

    The markers are told by us: pip takes them for those of the machine that it runs on, whatever it fetches for.
    """
    wanted = HERE / "wanted.txt"
    wanted.write_text("\n".join(needed(locked, system, python)), encoding="utf-8")
    tag = python.replace(".", "")
    options = ["--python-version", python, "--implementation", "cp"]
    options += [word for abi in (f"cp{tag}", "abi3", "none") for word in ("--abi", abi)]
    run(
        *("pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes"),
        *("--only-binary", ":all:", "--dest", str(wheels), "--requirement", str(wanted), *options, *system.options),
    )
    wanted.unlink()


def needed(locked: str, system: System, python: str) -> Iterator[str]:
    """Yield the requirements that hold on one system and Python, with their hashes and without their markers."""
    seen = {**system.markers, "python_version": python, "python_full_version": f"{python}.0", "extra": ""}
    for requirement, hashes in requirements(locked):
        if requirement.marker is None or requirement.marker.evaluate(seen):
            yield " ".join([f"{requirement.name}{requirement.specifier}", *hashes])


def requirements(locked: str) -> Iterator[tuple[Requirement, list[str]]]:
    """Yield each requirement of a lock with its hashes."""
    lines = (line.partition(" #")[0] for line in locked.replace("\\\n", " ").splitlines())
    for line in filter(None, (line.strip() for line in lines if not line.startswith("#"))):
        requirement, *hashes = line.split(" --hash=")
        yield Requirement(requirement.strip()), [f"--hash={one.strip()}" for one in hashes]


def contents(own: Path, scripts: set[str], pythons: list[str]) -> dict[str, bytes]:
    """Return the files beside the wheels, by their names: what is locked, the scripts, what to read first."""
    name, version, *_ = parse_wheel_filename(own.name)
    lines = [f"{name}=={version} --hash=sha256:{hashlib.sha256(own.read_bytes()).hexdigest()}"]
    files = {"requirements.txt": f"{LOCKED.read_text('utf-8')}\n{lines[0]}\n".encode()}
    files["LISEZMOI.txt"] = text_of("LISEZMOI.txt", pythons).replace("\n", "\r\n").encode()
    for script in sorted(scripts):
        text = text_of("install.bat" if script.endswith(".bat") else "install.sh", pythons)
        files[script] = (text.replace("\n", "\r\n") if script.endswith(".bat") else text).encode()
    return files


def text_of(name: str, pythons: list[str]) -> str:
    """Return a file of this folder, which knows for which Pythons there are wheels."""
    newest = sorted(pythons, key=lambda python: [*map(int, python.split("."))], reverse=True)
    return Path(__file__).with_name(name).read_text("utf-8").replace("@PYTHONS@", " ".join(newest))


def pack(target: Path, files: Mapping[str, bytes], wheels: list[Path]) -> None:
    """Write the zip: scripts may be run, wheels are packed already."""
    top = target.stem
    with ZipFile(target, "w") as archive:
        for name, content in files.items():
            write(archive, f"{top}/{name}", content, 0o755 if name.startswith("install") else 0o644, ZIP_DEFLATED)
        for wheel in wheels:
            write(archive, f"{top}/wheels/{wheel.name}", wheel.read_bytes(), 0o644, ZIP_STORED)


def write(archive: ZipFile, name: str, content: bytes, mode: int, packing: int) -> None:
    """Write one file of the zip."""
    info = ZipInfo(name, MADE)
    info.create_system, info.external_attr, info.compress_type = 3, (0o100000 | mode) << 16, packing
    archive.writestr(info, content)


if __name__ == "__main__":
    main()
