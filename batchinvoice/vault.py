"""Where secrets rest: the system's keyring or, where there is none, a file that its owner alone can read."""

from __future__ import annotations

import os
import secrets
import stat
import sys
import threading
import tomllib
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import platformdirs

T = TypeVar("T")

KEYRING_SERVICE = "batchinvoice"
SECRETS_FILE = "secrets.toml"
PROFILES = "profiles"
_CREDENTIAL = "HESABE_"  # how the names begin of what setup writes into the secrets file
_SECONDS = 60.0  # for which a keyring may ask a person for its password
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def user_folder() -> Path:
    """The user's configuration folder."""
    return Path(platformdirs.user_config_dir("batchinvoice", False))


def ring_user(name: str, profile: str) -> str:
    """The keyring's user for a credential: `NAME`, of a profile `PROFILE/NAME`."""
    return f"{profile}/{name}" if profile else name


def from_keyring(names: Iterable[str], profile: str) -> dict[str, str]:
    """Those of the credentials that the keyring holds; none where it is locked, silent or missing."""

    def held() -> dict[str, str]:
        # Imported here: it looks for the system's keyrings, which takes time.
        import keyring

        found = {name: keyring.get_password(KEYRING_SERVICE, ring_user(name, profile)) for name in names}
        return {name: value for name, value in found.items() if value}

    with suppress(Exception):
        return _answered(held)
    return {}


def keyring_name() -> str | None:
    """What the system's keyring is called; None where there is none that keeps anything."""

    def name() -> str | None:
        import keyring
        from keyring.backends import fail, null

        backend = keyring.get_keyring()
        return None if isinstance(backend, fail.Keyring | null.Keyring) else str(backend.name)

    with suppress(Exception):
        return _answered(name)
    return None


def keyring_trouble() -> str:
    """Why the keyring cannot be asked, by the kind of error; nothing if it can."""
    import keyring

    try:
        _answered(lambda: keyring.get_password(KEYRING_SERVICE, "probe"))
    except Exception as error:
        return type(error).__name__
    return ""


def into_keyring(values: Mapping[str, str], profile: str) -> bool:
    """Keep the credentials in the keyring; False, and none of them kept, if it does not give them back."""

    def put() -> None:
        import keyring

        for name, value in values.items():
            keyring.set_password(KEYRING_SERVICE, ring_user(name, profile), value)

    if keyring_name() is None:
        return False
    with suppress(Exception):
        _answered(put)
        if from_keyring(values, profile) == dict(values):
            return True
    out_of_keyring(values, profile)
    return False


def out_of_keyring(names: Iterable[str], profile: str) -> None:
    """Delete the credentials from the keyring, as far as they are there."""

    def delete() -> None:
        import keyring

        for name in names:
            with suppress(Exception):
                keyring.delete_password(KEYRING_SERVICE, ring_user(name, profile))

    with suppress(Exception):
        _answered(delete)


def _answered(question: Callable[[], T]) -> T:
    """What the keyring answers. Raises TimeoutError, or whatever the system's own library does.

    That library raises errors of its own kinds (Windows: `pywintypes.error` in a task without a logon session), and
    may wait for ever for a password that nobody is there to type.
    """
    answer: Future[T] = Future()

    def ask() -> None:
        try:
            answer.set_result(question())
        except BaseException as error:  # it is raised where the answer is awaited
            answer.set_exception(error)

    threading.Thread(target=ask, name="keyring", daemon=True).start()
    return answer.result(_SECONDS)


def from_file(path: Path, profile: str) -> dict[str, str]:
    """The credentials in a secrets file, of the profile or of none. Raises OSError or ValueError (no TOML)."""
    try:
        held = tomllib.loads(path.read_text("utf-8-sig"))
    except FileNotFoundError:
        return {}
    table = held.get(PROFILES, {}).get(profile, {}) if profile else held
    return {name: value for name, value in table.items() if isinstance(value, str)}


def into_file(path: Path, values: Mapping[str, str], profile: str) -> None:
    """Keep the credentials in a secrets file in place of those of the same profile; no values take them out.

    What else a person has written there stays, say BATCHINVOICE_NOTIFY. Raises OSError or ValueError (no TOML).
    """
    import tomlkit

    if not values and not path.exists():
        return
    held = tomllib.loads(path.read_text("utf-8-sig")) if path.exists() else {}
    others = held.pop(PROFILES, {})
    if profile:
        others[profile] = {**_no_credentials(others.get(profile, {})), **values}
    else:
        held = {**_no_credentials(held), **values}
    others = {name: table for name, table in others.items() if table}
    if not held and not others:
        path.unlink(missing_ok=True)
        return
    text = tomlkit.dumps({**held, **({PROFILES: others} if others else {})})
    write_private(path, "# Written by “batchinvoice setup”. Credentials: show this file to nobody.\n" + text)


def _no_credentials(table: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in table.items() if not name.startswith(_CREDENTIAL)}


def write_private(path: Path, text: str) -> None:
    """Put a file in place whole or not at all; from its first byte on, only its owner can read it. Raises OSError.

    Windows knows no such mode: there the file is as private as the user's own profile folder.
    """
    path = path.resolve()  # a link stays one
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}.tmp")
    try:
        number = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(number, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(number)
        os.replace(draft, path)  # noqa: PTH105 - the name everybody knows for an atomic move
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)


def is_ours(number: int) -> bool:
    """Whether an open file is this user's or the administrator's, as far as the system tells. Raises OSError.

    Like ssh and git: who may only put files into a folder in which others work must not direct what their commands do.
    """
    if sys.platform == "win32":
        return True
    return os.fstat(number).st_uid in (0, os.geteuid()) or os.geteuid() == 0


def open_to_others(path: Path) -> bool:
    """Whether other users of this computer may read or write the file; False where the system knows no such mode."""
    try:
        return sys.platform != "win32" and bool(path.stat().st_mode & _OTHERS)
    except OSError:
        return False


def close_to_others(path: Path) -> bool:
    """Make the file its owner's alone; True if it was open to others and now is not."""
    if not open_to_others(path):
        return False
    with suppress(OSError):
        path.chmod(0o600)
    return not open_to_others(path)
