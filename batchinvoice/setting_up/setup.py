"""Setup: ask or take what is given, test it against the gateway, store it, and see that it counts."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import click
from pydantic import SecretStr
from pydantic_settings import EnvSettingsSource

from batchinvoice import loading, vault
from batchinvoice.exits import Exit
from batchinvoice.gateway.errors import GatewayError
from batchinvoice.opening import connect
from batchinvoice.places import BASE_URL, BOUND, CREDENTIALS, ENVIRONMENT, Place, choose
from batchinvoice.screen import Screen
from batchinvoice.setting_up.asking import REPORT_DIR, ask_all, ask_profile
from batchinvoice.setting_up.forms import QUESTIONS, tidy
from batchinvoice.setting_up.storing import Stored, store
from batchinvoice.settings import Environment, Settings, SettingsError

_STORES = (*BOUND, REPORT_DIR)


@dataclass(frozen=True, slots=True)
class Wish:
    """How setup is called. `profile`: None if it is not said. `given`: settings said by options.

    `yes`: ask nothing; `test`: against the gateway; `in_file`: no keyring.
    """

    profile: str | None
    given: Mapping[str, str]
    yes: bool
    test: bool
    in_file: bool


def set_up(screen: Screen, wish: Wish) -> Exit:
    """Set up a merchant. Nothing is stored if the test fails, unless a person says so. Raises SettingsError."""
    known = loading.profiles()  # first of all: a file that cannot be read cannot be written to either
    if wish.yes:
        profile = wish.profile or ""
        present = Place("what is set", _present(screen, profile, known))
        values = choose([Place("options", wish.given), Place("the environment", _of_environment()), present]).values
    else:
        screen.say("This asks for your settings, tests them and stores them. Ctrl-C stops it; nothing is stored then.")
        profile = wish.profile if wish.profile is not None else ask_profile(screen, known)
        values = ask_all(screen, {**_present(screen, profile, known), **wish.given})
    values = _tidied(values)
    if wish.test and not _proved(screen, values) and (wish.yes or not click.confirm("Store it all the same?")):
        screen.trouble("Nothing was stored.")
        return Exit.NOT_RUN
    _tell(screen, store(values, profile, loading.user_file(), in_file=wish.in_file))
    return _see(screen, values, profile)


def _present(screen: Screen, profile: str, known: list[str]) -> dict[str, str]:
    """What is set already, by setting name; nothing, said, if it cannot be used."""
    if profile and profile not in known:
        return {}
    try:
        return _plain(loading.load(profile))
    except SettingsError as error:
        screen.trouble(f"What is set at present cannot be used, and is asked for anew: {error}")
        return {}


def _plain(loaded: Settings) -> dict[str, str]:
    fields = {field.alias: getattr(loaded, name) for name, field in Settings.model_fields.items()}
    chosen = {name: fields[name] for name in _STORES}
    return {name: v.get_secret_value() if isinstance(v, SecretStr) else str(v) for name, v in chosen.items() if str(v)}


def _of_environment() -> dict[str, str]:
    return {name: value for name, value in EnvSettingsSource(Settings)().items() if name in _STORES}


def _tidied(values: Mapping[str, str]) -> dict[str, str]:
    """All that setup stores. Raises SettingsError, naming what is missing or has no such form."""
    told = {question.name: tidy(question, values.get(question.name, "")) for question in QUESTIONS}
    if missing := [name for name, value in told.items() if not value.strip()]:
        raise SettingsError(
            f"Not given: {', '.join(missing)}. Without questions, setup takes them from environment variables of "
            "these names. Nothing was stored."
        )
    faults = [f"{q.name}: {fault}" for q in QUESTIONS if (fault := q.fault(told[q.name]))]
    if faults:
        raise SettingsError(f"{' '.join(faults)} Nothing was stored.")
    folder = values.get(REPORT_DIR, "")
    if folder not in ("", "reports"):  # wherever the tool is started from, the same folder
        folder = str(Path(folder).expanduser().absolute())
    environment = values.get(ENVIRONMENT, "").lower() or Environment.SANDBOX.value
    address = values.get(BASE_URL, "").strip()
    return {**told, ENVIRONMENT: environment, BASE_URL: address, REPORT_DIR: "" if folder == "reports" else folder}


def _proved(screen: Screen, values: Mapping[str, str]) -> bool:
    """Whether the gateway lets us in and reads our encryption; why not is said. Changes nothing there."""
    flags = {name: value for name, value in values.items() if name in BOUND}
    try:
        meant = loading.load("", **flags)
        screen.say(f"\nTesting at {meant.gateway_url} (log in and look; nothing is changed) …")
        with connect(meant):
            screen.say("The gateway let us in, and the keys fit.", "green")
        return True
    except (GatewayError, SettingsError) as error:
        screen.trouble(f"The test failed. {error}")
        return False


def _tell(screen: Screen, stored: Stored) -> None:
    screen.say(f"\nSettings: {stored.file}")
    screen.say(f"Secrets:  {stored.secrets}")
    if stored.in_file:
        private = "as private as your Windows user folder" if sys.platform == "win32" else "for its owner alone to read"
        screen.say(f"          {private}; whoever can read it can act for the merchant.")
    if stored.moved:
        screen.say(f"They stood in the settings file and do no longer: {', '.join(stored.moved)}.")


def _see(screen: Screen, values: Mapping[str, str], profile: str) -> Exit:
    """Say if something else counts than what was stored, and what comes next."""
    secrets_file = vault.user_folder() / vault.SECRETS_FILE
    if vault.close_to_others(secrets_file):
        screen.trouble(f"{secrets_file} could be read by other users of this computer; now it is its owner's alone.")
    try:
        loaded = loading.look(profile)
    except SettingsError as error:
        screen.trouble(f"Stored, but not yet of use: {error}")
        return Exit.NOT_RUN
    now = _plain(loaded.settings)
    for name in _STORES:
        if now.get(name, "") != (values[name] or ("reports" if name == REPORT_DIR else "")):
            place = loaded.origins.get(name, "its default")
            screen.trouble(
                f"Here counts another {name}, that of {place}. Take it out there for the stored one to count."
            )
    screen.heading(loaded.settings)
    tool = loaded.settings.command
    screen.say(f"Next: {tool} doctor looks whether all is well; {tool} check SHEET finds mistakes in your sheet.")
    return Exit.WELL if all(now.get(name) == values[name] for name in CREDENTIALS) else Exit.PERSON
