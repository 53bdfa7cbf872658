"""Storing what setup was told: secrets in the keyring or an owner-only file, the rest in the user's settings file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from batchinvoice import vault
from batchinvoice.places import CREDENTIALS, FILE_NAME, SECRETS, SettingsError
from batchinvoice.vault import PROFILES


@dataclass(frozen=True, slots=True)
class Stored:
    """Where things went: the settings file, and the secrets' place by its name.

    `moved`: secrets that stood in the settings file and do no longer.
    """

    file: Path
    secrets: str
    in_file: bool
    moved: tuple[str, ...]


def store(values: Mapping[str, str], profile: str, file: Path, *, in_file: bool) -> Stored:
    """Keep the settings; an empty one is taken out, so that its default counts.

    in_file: secrets go into the file even where there is a keyring, for a service that cannot reach it. The merchant
    code stands with the secrets, too: it says whose they are. Raises SettingsError; a file is changed whole or not.
    """
    text = _read(file)
    changed = {name: "" if name in SECRETS else value for name, value in values.items()}
    new, moved = edited(text, profile, changed, file)
    secrets = {name: values[name] for name in CREDENTIALS}
    place = file.with_name(vault.SECRETS_FILE)
    try:
        kept = "" if in_file or not vault.into_keyring(secrets, profile) else vault.keyring_name()
        vault.into_file(place, {} if kept else secrets, profile)
        if not kept:
            vault.out_of_keyring(CREDENTIALS, profile)
        if new != text:
            vault.write_private(file, new)
    except (OSError, ValueError) as error:
        why = (isinstance(error, OSError) and error.strerror) or "its content cannot be read"
        raise SettingsError(
            f"The settings could not be stored whole in {file.parent} ({why}). See who may write there, then run "
            "“batchinvoice setup” again."
        ) from None
    return Stored(file, f"the keyring ({kept})" if kept else str(place), not kept, moved)


def edited(text: str, profile: str, values: Mapping[str, str], file: Path) -> tuple[str, tuple[str, ...]]:
    """The settings file with these values, every other line and comment as it is; and the secrets taken out of it.

    Raises SettingsError if it is no TOML.
    """
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    try:
        document = tomlkit.parse(text)
    except (TOMLKitError, ValueError):
        raise SettingsError(f"{file} is no TOML, so it was not touched. Mend it, or move it away.") from None
    table: Any = document
    if profile:
        every = document.setdefault(PROFILES, tomlkit.table(is_super_table=True))
        table = every.setdefault(profile, tomlkit.table())
    moved = tuple(name for name in values if name in SECRETS and table.get(name))
    for name, value in values.items():
        if value and table.get(name) != value:
            table[name] = value
        elif not value:
            table.pop(name, None)
    return tomlkit.dumps(document), moved


def _read(file: Path) -> str:
    try:
        return file.read_bytes().decode("utf-8-sig")  # not as text, which would change the ends of lines
    except FileNotFoundError:
        return f'# Settings of batchinvoice ({FILE_NAME}): NAME = "value", one a line.\n'
    except (OSError, ValueError) as error:
        raise SettingsError(f"{file} cannot be read ({type(error).__name__}). Mend it, or move it away.") from None
