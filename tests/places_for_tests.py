"""The places where settings stand, each to be filled by a test: nothing of this computer's own is read."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import keyring
import pytest
import tomlkit
from file_keyring import Ring

from batchinvoice import loading, vault

ALL_SIX = {
    "HESABE_MERCHANT_CODE": "111",
    "HESABE_ACCESS_CODE": "access-one",
    "HESABE_SECRET_KEY": "1" * 32,
    "HESABE_IV_KEY": "1" * 16,
    "HESABE_USERNAME": "user-one",
    "HESABE_PASSWORD": "password-one",
}
OTHER_SIX = {name: value.replace("1", "2").replace("one", "two") for name, value in ALL_SIX.items()}


@dataclass
class Places:
    """An empty environment, a working folder, a user's folder with its two files, and a keyring that keeps nothing."""

    here: Path
    user: Path
    monkeypatch: pytest.MonkeyPatch

    def write(self, folder: Path, top: Mapping[str, object] = {}, **profiles: Mapping[str, object]) -> Path:
        tables = {"profiles": profiles} if profiles else {}
        path = folder / "batchinvoice.toml"
        path.write_text(tomlkit.dumps({**top, **tables}), encoding="utf-8")
        return path

    def secrets(self, values: Mapping[str, str], profile: str = "") -> Path:
        path = self.user / "secrets.toml"
        vault.into_file(path, values, profile)
        return path

    def ring(self, values: Mapping[str, str], profile: str = "") -> None:
        for name, value in values.items():
            keyring.set_password("batchinvoice", f"{profile}/{name}" if profile else name, value)

    def setenv(self, values: Mapping[str, str]) -> None:
        for name, value in values.items():
            self.monkeypatch.setenv(name, value)


def empty_places(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Places:
    """Such places in a folder of the test's own."""
    for name in os.environ:
        if name.startswith(("HESABE_", "BATCHINVOICE_")):
            monkeypatch.delenv(name)
    made = Places(folder / "here", folder / "user", monkeypatch)
    for each in (made.here, made.user):
        each.mkdir()
    monkeypatch.chdir(made.here)
    monkeypatch.setattr(loading, "user_file", lambda: made.user / "batchinvoice.toml")
    monkeypatch.setattr(vault, "user_folder", lambda: made.user)
    monkeypatch.setenv("TEST_KEYRING", str(folder / "ring.json"))
    monkeypatch.setattr(keyring.core, "_keyring_backend", Ring())
    return made
