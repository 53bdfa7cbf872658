"""The settings loaded from the places where they stand, and what is said when they cannot be used."""

from __future__ import annotations

import os
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_settings import EnvSettingsSource

from batchinvoice.places import FILE_NAME, SECRETS, Chosen, Place, SettingsError, gather, names_in
from batchinvoice.settings import Settings
from batchinvoice.vault import user_folder

PROFILE = "BATCHINVOICE_PROFILE"


@dataclass(frozen=True, slots=True)
class Loaded:
    """The settings with the place that gave each, by setting name.

    `left_out`: places that speak of another merchant, whose credentials and environment do not count.
    """

    settings: Settings
    origins: dict[str, str]
    left_out: tuple[str, ...]


def user_file() -> Path:
    """The settings file in the user's configuration folder."""
    return user_folder() / FILE_NAME


def files() -> tuple[Path, ...]:
    """The settings files, the most telling first: that of the working folder, that of the user."""
    return Path(FILE_NAME), user_file()


def profiles() -> list[str]:
    """The names of the profiles, sorted. Raises SettingsError."""
    return names_in(files())


def load(profile: str | None = None, needed: Collection[str] = SECRETS, **flags: Any) -> Settings:
    """The settings; `flags` are given by setting name and win.

    profile: its name, "" for none, None for what BATCHINVOICE_PROFILE says. needed: the keyring is asked only if one of
    these is missing. Raises SettingsError in plain words.
    """
    return look(profile, needed, **flags).settings


def look(profile: str | None = None, needed: Collection[str] = SECRETS, **flags: Any) -> Loaded:
    """The same, with the place of each setting. Raises SettingsError."""
    chosen_profile = os.environ.get(PROFILE, "") if profile is None else profile
    said = Place("the command line", {name: value for name, value in flags.items() if value is not None})
    environment = Place("the environment", EnvSettingsSource(Settings)())
    chosen = gather(chosen_profile.strip(), said, environment, files(), needed)
    known = {field.alias for field in Settings.model_fields.values() if field.alias}
    faults = [
        f"{name}: no such setting (check the spelling){_in(name, chosen)}" for name in chosen.values.keys() - known
    ]
    try:
        if not faults:
            settings = Settings(**chosen.values, profile=chosen_profile.strip())
            return Loaded(settings, chosen.origins, chosen.left_out)
    except ValidationError as error:
        faults = [_plain(each, chosen) for each in error.errors(include_input=False, include_url=False)]
    # Raised outside the handler: what was put in is nobody's business.
    raise SettingsError(f"Settings that cannot be used: {'; '.join(sorted(faults))}.")


def _plain(error: Any, chosen: Chosen) -> str:
    said = str(error["msg"]).removeprefix("Value error, ")
    if not error["loc"]:  # it speaks of several settings, and names them
        return said
    name = ".".join(map(str, error["loc"]))
    if error["type"] == "string_type":
        said = "it must stand between quotation marks"
    return f"{name}: {said.lower()}{_in(name, chosen)}"


def _in(name: str, chosen: Chosen) -> str:
    place = chosen.origins.get(name)
    return f" (in {place})" if place else ""
