"""The places where settings stand, in their order, and which of them counts: no merchant is completed with another's.

Flag, environment, profile table (working folder, user's folder), top level (working folder, user's folder), secrets
file, keyring: the first that says a setting counts. For the `BOUND` settings more is asked, since a key of one merchant
in another's hands, or `live` where nobody said it, is the worst that settings can do:

- A place that names a merchant code says the bound settings of that merchant alone: it counts for another one's not at
  all. (A place that names no merchant code goes with whichever is meant.)
- A profile takes none of them from the top level, and names its merchant code itself. Variables of the environment
  that contradict it stop everything.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from batchinvoice import vault
from batchinvoice.vault import PROFILES

FILE_NAME = "batchinvoice.toml"
MERCHANT_CODE = "HESABE_MERCHANT_CODE"
SECRETS = ("HESABE_ACCESS_CODE", "HESABE_SECRET_KEY", "HESABE_IV_KEY", "HESABE_USERNAME", "HESABE_PASSWORD")
CREDENTIALS = (MERCHANT_CODE, *SECRETS)
# What the secrets file and the keyring may hold: the channels of notices have passwords in their addresses.
KEPT_SECRET = (*CREDENTIALS, "BATCHINVOICE_NOTIFY")
ENVIRONMENT = "BATCHINVOICE_ENVIRONMENT"
BASE_URL = "BATCHINVOICE_BASE_URL"
BOUND = (*CREDENTIALS, ENVIRONMENT, BASE_URL)
UNSAID = "sandbox"  # the environment of a profile that says none

# Latin and Arabic letters and digits: harmless in a folder's name, a keyring and a terminal.
_PROFILE_NAME = re.compile(r"[A-Za-z0-9_\u0621-\u064a\u0660-\u0669-]{1,40}")


class SettingsError(Exception):
    """A setting is missing or cannot be used. The message names it and says what to do; nothing was sent."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where settings stand: the place's name for people, and what it says by setting name."""

    name: str
    says: Mapping[str, Any] = field(repr=False)

    @property
    def merchant(self) -> str:
        """The merchant code that the place names, or nothing."""
        return str(self.says.get(MERCHANT_CODE, "")).strip()


@dataclass(frozen=True, slots=True)
class Chosen:
    """What counts: values and the names of their places by setting name.

    `left_out`: places that say something of another merchant, which does not count.
    """

    values: dict[str, Any] = field(repr=False)
    origins: dict[str, str]
    left_out: tuple[str, ...]


def choose(places: Iterable[Place]) -> Chosen:
    """The first place that says a setting counts; bound settings only from places of the same merchant."""
    chosen = Chosen({}, {}, ())
    left_out = []
    merchant = ""
    for place in places:
        other = bool(merchant and place.merchant and place.merchant != merchant)
        merchant = merchant or place.merchant
        if other:
            left_out.append(place.name)
        for name, value in place.says.items():
            if name not in chosen.values and not (other and name in BOUND):
                chosen.values[name], chosen.origins[name] = value, place.name
    return Chosen(chosen.values, chosen.origins, tuple(left_out))


def gather(
    profile: str, flags: Place, environment: Place, files: Sequence[Path], needed: Collection[str] = SECRETS
) -> Chosen:
    """Choose among all places; `files`: those of settings, the most telling first. Raises SettingsError.

    needed: the keyring, which may ask for its password and takes a while, is asked only if one of these is missing.
    """
    told = [(path.absolute(), read_toml(path)) for path in files]
    tops = [_place(str(path), table) for path, table in told]
    if not profile:
        return choose(_with_secrets([flags, environment, *tops], profile, needed))
    own = [
        _place(f"{path} [{PROFILES}.{profile}]", tables[profile])
        for path, table in told
        if profile in (tables := _tables(path, table))
    ]
    if not own:
        raise _unknown(profile, names_in(files))
    _must_agree(profile, choose(own).values, environment)
    loose = [Place(top.name, {name: value for name, value in top.says.items() if name not in BOUND}) for top in tops]
    return choose(_with_secrets([flags, environment, *own, *loose], profile, needed))


def names_in(files: Iterable[Path]) -> list[str]:
    """The profiles that the files know, sorted. Raises SettingsError."""
    return sorted({name for path in files for name in _tables(path, read_toml(path))})


def check_profile_name(name: str) -> str:
    """The name, if it can be one. Raises SettingsError."""
    if not _PROFILE_NAME.fullmatch(name):
        raise SettingsError(
            f"{name!a} cannot be the name of a profile. Choose one of at most 40 letters, digits, “-” and “_”."
        )
    return name


def read_toml(path: Path) -> dict[str, Any]:
    """What a settings file says; nothing if it is not there. Raises SettingsError, which repeats nothing of it."""
    try:
        with path.open("rb") as file:
            told, ours = file.read(), vault.is_ours(file.fileno())
        if ours:
            return tomllib.loads(told.decode("utf-8-sig"))
        why = "it is another user's, who could have your logins and your customers' data sent elsewhere"
        raise SettingsError(f"{path.absolute()} is not used: {why}. Write one of your own in its place.")
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        why = error.strerror or "no access"
    except UnicodeDecodeError:
        why = "it is not saved as UTF-8 (in Notepad: Save as, Encoding: UTF-8)"
    except ValueError as error:
        line = re.search(r"at line \d+", str(error))
        why = f"it is no TOML{f', {line[0]}' if line else ''}"
    raise SettingsError(
        f"{path.absolute()} cannot be read: {why}. Each line is NAME = \"value\"; paths with \\ stand between ' and '."
    )


def _place(name: str, table: Mapping[str, Any]) -> Place:
    """A table of a file; what stands there empty, to be filled in, is not said."""
    return Place(name, {key: value for key, value in table.items() if key != PROFILES and value != ""})


def _tables(path: Path, table: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    found = table.get(PROFILES, {})
    if not isinstance(found, dict) or not all(isinstance(each, dict) for each in found.values()):
        raise SettingsError(f"{path}: each profile is a table of its own, begun by a line as [{PROFILES}.branch-2].")
    return {check_profile_name(name): each for name, each in found.items()}


def _with_secrets(places: Sequence[Place], profile: str, needed: Collection[str]) -> Iterator[Place]:
    """The places, then the secrets file and, only if one of the needed is still missing, the keyring."""
    yield from places
    path = vault.user_folder() / vault.SECRETS_FILE
    try:
        held = vault.from_file(path, profile)
    except (OSError, ValueError):
        raise SettingsError(
            f"{path} cannot be read. “batchinvoice doctor” looks at it; delete it and run “batchinvoice setup” again."
        ) from None
    in_file = Place(str(path), {name: value for name, value in held.items() if name in KEPT_SECRET})
    yield in_file
    if set(needed) - set(choose([*places, in_file]).values):
        yield Place("the keyring", vault.from_keyring(KEPT_SECRET, profile))


def _must_agree(profile: str, own: Mapping[str, Any], environment: Place) -> None:
    """See that a profile names its merchant, and that no variable speaks of another or says live for it."""
    merchant = str(own.get(MERCHANT_CODE, "")).strip()
    if not merchant:
        raise SettingsError(
            f"The profile “{profile}” names no {MERCHANT_CODE}, and takes none from elsewhere. Write it into its "
            f"table, or run: batchinvoice setup --profile {profile}"
        )
    said = [name for name in SECRETS if name in environment.says]
    if (said and environment.merchant != merchant) or environment.merchant not in ("", merchant):
        of = f"merchant {environment.merchant}" if environment.merchant else "an unnamed merchant"
        raise SettingsError(
            f"The environment variables {', '.join([*said, MERCHANT_CODE])} speak of {of}, and the profile "
            f"“{profile}” is merchant {merchant}. Unset the variables HESABE_…, or leave the profile out."
        )
    where, meant = str(environment.says.get(ENVIRONMENT, "")).lower(), str(own.get(ENVIRONMENT, UNSAID)).lower()
    if where and where != meant:
        raise SettingsError(
            f"The environment variable {ENVIRONMENT} says {where}, and the profile “{profile}” is {meant}. What a "
            f"profile is stands in its own table: write it there, or unset the variable."
        )


def _unknown(profile: str, known: Sequence[str]) -> SettingsError:
    name = check_profile_name(profile)
    listed = f"Known are: {', '.join(known)}." if known else "There is none yet."
    return SettingsError(f"There is no profile “{name}”. {listed} To make it: batchinvoice setup --profile {name}")
