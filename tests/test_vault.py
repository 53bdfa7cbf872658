"""Secrets rest where they were put, and nobody else can read them at any instant."""

from __future__ import annotations

import os
import sys
import tomllib
from pathlib import Path
from typing import Any

import keyring
import pytest
from file_keyring import Foreign, Forgetful, Locked, Ring, Silent
from hypothesis import given
from hypothesis import strategies as st
from keyring.backends import fail, null
from places_for_tests import ALL_SIX, OTHER_SIX, Places, empty_places

from batchinvoice import vault

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no such modes")


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Places:
    return empty_places(tmp_path, monkeypatch)


@posix
def test_a_secrets_file_is_its_owners_alone_from_the_first_byte(tmp_path: Path, monkeypatch: Any) -> None:
    path = tmp_path / "new" / "secrets.toml"
    seen = []
    real = os.replace

    def replace(draft: Path, target: Path) -> None:
        seen.append(Path(draft).stat().st_mode & 0o777)
        real(draft, target)

    monkeypatch.setattr(os, "replace", replace)
    before = os.umask(0)
    try:
        vault.into_file(path, ALL_SIX, "")
    finally:
        os.umask(before)
    assert (seen, path.stat().st_mode & 0o777) == ([0o600], 0o600)
    assert path.parent.stat().st_mode & 0o077 == 0


def test_a_file_that_cannot_be_put_in_place_leaves_the_old_one_and_no_draft(tmp_path: Path, monkeypatch: Any) -> None:
    path = tmp_path / "secrets.toml"
    vault.into_file(path, ALL_SIX, "")

    def refuse(*_: object) -> None:
        raise PermissionError(13, "in use")

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(PermissionError):
        vault.into_file(path, OTHER_SIX, "")
    assert vault.from_file(path, "") == ALL_SIX
    assert [each.name for each in tmp_path.iterdir()] == ["secrets.toml"]


def test_profiles_stand_beside_each_other_and_go_one_by_one(tmp_path: Path) -> None:
    path = tmp_path / "secrets.toml"
    vault.into_file(path, ALL_SIX, "")
    vault.into_file(path, OTHER_SIX, "الفرع")
    assert (vault.from_file(path, ""), vault.from_file(path, "الفرع")) == (ALL_SIX, OTHER_SIX)
    assert vault.from_file(path, "another") == {}
    vault.into_file(path, {}, "")
    assert vault.from_file(path, "") == {}
    vault.into_file(path, {}, "الفرع")
    assert not path.exists()


@given(st.dictionaries(st.sampled_from(sorted(ALL_SIX)), st.text(st.characters(exclude_categories=["Cs"]), min_size=1)))
def test_any_password_comes_back_as_it_was(values: dict[str, str]) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "secrets.toml"
        vault.into_file(path, values, "b")
        assert vault.from_file(path, "b") == values
        assert not path.exists() or tomllib.loads(path.read_text("utf-8"))


@posix
def test_a_file_that_others_can_read_is_closed(tmp_path: Path) -> None:
    path = tmp_path / "secrets.toml"
    vault.into_file(path, ALL_SIX, "")
    assert not vault.close_to_others(path)
    path.chmod(0o644)
    assert vault.open_to_others(path)
    assert vault.close_to_others(path)
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_keyring_keeps_a_profile_apart(places: Places) -> None:
    assert vault.into_keyring(ALL_SIX, "")
    assert vault.into_keyring(OTHER_SIX, "b")
    assert keyring.get_password("batchinvoice", "b/HESABE_PASSWORD") == "password-two"
    assert vault.from_keyring(ALL_SIX, "") == ALL_SIX
    vault.out_of_keyring(ALL_SIX, "b")
    assert (vault.from_keyring(ALL_SIX, "b"), vault.from_keyring(ALL_SIX, "")) == ({}, ALL_SIX)


@pytest.mark.parametrize("ring", [fail.Keyring, null.Keyring, Forgetful, Locked, Foreign, Silent])
def test_a_keyring_that_keeps_nothing_is_not_trusted(places: Places, monkeypatch: Any, ring: type[Ring]) -> None:
    monkeypatch.setattr(vault, "_SECONDS", 0.1 if ring is Silent else 10)
    monkeypatch.setattr(keyring.core, "_keyring_backend", ring())
    assert not vault.into_keyring(ALL_SIX, "")
    assert vault.from_keyring(ALL_SIX, "") == {}
    assert (vault.keyring_name() is None) == (ring in (fail.Keyring, null.Keyring))
    assert bool(vault.keyring_trouble()) == (ring in (fail.Keyring, Locked, Foreign, Silent))


def test_a_keyring_that_is_not_installed_is_none(places: Places, monkeypatch: Any) -> None:
    monkeypatch.setattr(keyring.core, "_keyring_backend", None)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "no_such_package.Ring")
    assert vault.keyring_name() is None
    assert vault.from_keyring(ALL_SIX, "") == {}
    assert not vault.into_keyring(ALL_SIX, "")


@pytest.mark.parametrize("profile", ["", "b"])
def test_what_a_person_wrote_into_the_secrets_file_stays(tmp_path: Path, profile: str) -> None:
    path = tmp_path / "secrets.toml"
    notify = 'BATCHINVOICE_NOTIFY = "mailtos://u:p@example.com"\n'
    path.write_text(f"[profiles.{profile}]\n{notify}" if profile else notify, "utf-8")
    own = {"BATCHINVOICE_NOTIFY": "mailtos://u:p@example.com"}
    for values in (ALL_SIX, {"HESABE_PASSWORD": "new"}, {}):
        vault.into_file(path, values, profile)
        assert vault.from_file(path, profile) == own | values
