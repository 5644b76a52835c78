"""Pseudonyms are keyed, their secret is its owner's alone, and who is forgotten stays nobody."""

import hashlib
import hmac
import json
import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentormatch import Programme, SurveyError, pseudonyms_for
from mentormatch.errors import OutputError
from mentormatch.languages.text_keys import canonical
from mentormatch.survey.privacy import Pseudonyms, add_forgotten, forgotten_beside, read_forgotten, secret_beside

pytestmark = pytest.mark.promise(28)


@given(st.text(max_size=30), st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32))
def test_a_pseudonym_is_the_same_for_keys_that_compare_alike_and_another_under_another_secret(
    key: str, secret: bytes, other: bytes
) -> None:
    ours = Pseudonyms(secret)
    assert ours.of("mentor", key) == ours.of("mentor", f" {canonical(key)} ")
    assert ours.of("mentor", key)[2:] != ours.of("mentee", key)[2:]
    assert (ours.token(key) == Pseudonyms(other).token(key)) == (secret == other)


def test_a_pseudonym_is_no_bare_hash_but_the_hmac_of_the_key() -> None:
    name = Pseudonyms(b"s" * 32).of("mentor", "zoe@x.fr")
    digest = hmac.new(b"s" * 32, b"mentormatch\0mentor\0zoe@x.fr", "sha256").digest()
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
    bits = int.from_bytes(digest[:5])
    assert name == "M-" + "".join(alphabet[bits >> shift & 31] for shift in range(35, -1, -5))
    bare = [hashlib.sha256(text).hexdigest() for text in (b"zoe@x.fr", b"mentor\0zoe@x.fr")]
    assert Pseudonyms(b"s" * 32).token("zoe@x.fr") not in bare


def test_ten_thousand_people_have_ten_thousand_pseudonyms() -> None:
    ours = Pseudonyms(b"s" * 32)
    assert len({ours.of("mentee", f"p{n}@x.fr") for n in range(10_000)}) == 10_000


@pytest.mark.skipif(os.name != "posix", reason="needs the permissions of a POSIX system")
def test_the_secret_is_made_once_for_its_owner_alone_and_git_ignores_it(tmp_path: Path) -> None:
    programme = tmp_path / "programme.toml"
    (tmp_path / ".gitignore").write_text("*.tmp", "utf-8")
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    first = pseudonyms_for(programme)
    secret = secret_beside(programme)
    assert secret.stat().st_mode & 0o777 == 0o600
    assert pseudonyms_for(programme) == first
    assert len(bytes.fromhex(secret.read_text("ascii"))) == 32
    ignored = subprocess.run(["git", "-C", str(tmp_path), "check-ignore", "-q", secret.name], check=False)
    assert ignored.returncode == 0
    assert (tmp_path / ".gitignore").read_text("utf-8") == "*.tmp\n*.cle\n"
    assert secret.read_text("ascii").strip() not in repr(first)


def test_two_programmes_have_two_secrets(tmp_path: Path) -> None:
    one, other = (pseudonyms_for(tmp_path / name / "programme.toml") for name in made(tmp_path, "a", "b"))
    assert one.of("mentor", "M01") != other.of("mentor", "M01")


def made(folder: Path, *names: str) -> tuple[str, ...]:
    for name in names:
        (folder / name).mkdir()
    return names


@pytest.mark.skipif(os.name != "posix", reason="needs the permissions of a POSIX system")
def test_a_secret_that_others_can_read_or_that_is_none_is_refused_and_not_repeated(tmp_path: Path) -> None:
    programme = tmp_path / "programme.toml"
    pseudonyms_for(programme)
    secret = secret_beside(programme)
    secret.chmod(0o644)
    with pytest.raises(OutputError, match="chmod 600"):
        pseudonyms_for(programme)
    secret.chmod(0o600)
    for text in ("canari", "00", ""):
        secret.write_text(text, "ascii")
        with pytest.raises(OutputError, match="ce n’est pas une clé") as refusal:
            pseudonyms_for(programme)
        assert "canari" not in str(refusal.value)


def test_who_is_forgotten_is_known_by_tokens_alone_and_without_the_secret_nothing_is_read(tmp_path: Path) -> None:
    programme = tmp_path / "programme.toml"
    programme.write_text('[programme]\nname = "Essai"\n', "utf-8")
    assert not Programme.load(programme).forgotten.holds("M01")
    add_forgotten(programme, "M01", "zoe@x.fr")
    add_forgotten(programme, "E07")
    forgotten = Programme.load(programme).forgotten
    assert [forgotten.holds(key) for key in ("m01", " ZOE@x.fr", "E07", "M02", "")] == [True, True, True, False, False]
    text = forgotten_beside(programme).read_text("utf-8")
    assert not any(key in text for key in ("M01", "zoe", "E07"))
    assert len(json.loads(text)["forgotten"]) == 3
    secret_beside(programme).unlink()
    with pytest.raises(SurveyError, match="absente"):
        Programme.load(programme)


@pytest.mark.parametrize("text", ["{", "{}", '{"forgotten": 1}'])
def test_a_list_that_cannot_be_read_is_refused(tmp_path: Path, text: str) -> None:
    forgotten_beside(tmp_path / "programme.toml").write_text(text, "utf-8")
    with pytest.raises(SurveyError, match="ne peut pas être lu"):
        read_forgotten(tmp_path / "programme.toml")
