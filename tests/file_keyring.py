"""A keyring for tests: it keeps what it is given in the JSON file that TEST_KEYRING names."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked, PasswordDeleteError


class Ring(KeyringBackend):
    """Passwords by user, since the tool has one service."""

    name = "a keyring in a file"
    priority = -1  # chosen by name alone: a process that has only loaded this must not ask it

    def get_password(self, service: str, username: str) -> str | None:
        return self._held().get(f"{service}:{username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        self._write({**self._held(), f"{service}:{username}": password})

    def delete_password(self, service: str, username: str) -> None:
        held = self._held()
        if held.pop(f"{service}:{username}", None) is None:
            raise PasswordDeleteError
        self._write(held)

    def _held(self) -> dict[str, str]:
        path = Path(os.environ["TEST_KEYRING"])
        return dict(json.loads(path.read_text("utf-8"))) if path.exists() else {}

    def _write(self, held: dict[str, str]) -> None:
        Path(os.environ["TEST_KEYRING"]).write_text(json.dumps(held), "utf-8")


class Forgetful(Ring):
    """Takes everything and keeps nothing."""

    name = "a forgetful keyring"

    def set_password(self, service: str, username: str, password: str) -> None:
        return


class Locked(Ring):
    """Nobody gets in."""

    name = "a locked keyring"

    def get_password(self, service: str, username: str) -> str | None:
        raise KeyringLocked

    def set_password(self, service: str, username: str, password: str) -> None:
        raise KeyringLocked


class Foreign(Ring):
    """Raises what is no error of keyring's own, as Windows' does in a task without a logon session."""

    name = "a keyring of another library"

    def get_password(self, service: str, username: str) -> str | None:
        raise Exception("(1312, 'CredRead', 'A specified logon session does not exist')")

    def set_password(self, service: str, username: str, password: str) -> None:
        raise Exception(f"CredWrite {password}")

    def delete_password(self, service: str, username: str) -> None:
        raise Exception("CredDelete")


class Silent(Ring):
    """Waits for a password that nobody types."""

    name = "a silent keyring"

    def get_password(self, service: str, username: str) -> str | None:
        time.sleep(3600)
        return None

    def set_password(self, service: str, username: str, password: str) -> None:
        time.sleep(3600)

    def delete_password(self, service: str, username: str) -> None:
        time.sleep(3600)
