"""Doctor on settings and secrets: where they come from, whether they have their forms, and who else could read them."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

from batchinvoice import vault
from batchinvoice.gateway.errors import BadSetting
from batchinvoice.gateway.transport import checked_base_url
from batchinvoice.loading import files, profiles
from batchinvoice.places import CREDENTIALS, SECRETS, Place, read_toml
from batchinvoice.setting_up.finding import Finding, Patient, bad, ok, warn
from batchinvoice.setting_up.forms import QUESTIONS
from batchinvoice.settings import Settings


def places(patient: Patient) -> Iterator[Finding]:
    """Which place gave which setting; never a value."""
    by_place: dict[str, list[str]] = {}
    for name, place in patient.loaded.origins.items():
        by_place.setdefault(place, []).append(name)
    for place, names in by_place.items():
        yield ok("settings", f"from {place}: {', '.join(sorted(names))}")
    if not by_place:
        yield ok("settings", f"nothing is set; looked for in {', '.join(str(each.absolute()) for each in files())}")
    for place in patient.loaded.left_out:
        yield warn(
            "settings",
            f"{place} speaks of another merchant than {patient.settings.merchant_code}: its credentials, environment "
            "and address do not count",
            "Leave it so if that is meant. For two merchants, make a profile for one: batchinvoice setup",
        )
    others = [name for name in profiles() if name != patient.settings.profile]
    if others:
        yield ok("profiles", f"there are others: {', '.join(others)} (batchinvoice --profile NAME doctor)")


def environment(patient: Patient) -> Iterator[Finding]:
    """Sandbox or live, and the gateway's address."""
    yield ok("environment", patient.settings.mark)
    try:
        yield ok("address", checked_base_url(patient.settings.gateway_url))
    except BadSetting as error:
        yield bad("address", str(error), "Correct BATCHINVOICE_BASE_URL, or take it out for the usual address.")


def credentials(patient: Patient) -> Iterator[Finding]:
    """All six are there, in their forms."""
    settings = patient.settings
    again = f"Run: {_setup(settings)}"
    missing = settings.missing()
    if missing:
        yield bad("credentials", f"not set: {', '.join(missing)}", f"{again}. The gateway's merchant panel shows them.")
    for question in QUESTIONS:
        fault = question.fault(_value(settings, question.name)) if question.name not in missing else ""
        if fault:
            yield bad("credentials", f"{question.name}: {fault}", f"{again}, or correct it where it stands.")
            missing.append(question.name)
    if not missing:
        yield ok("credentials", "all are set, in their forms")


def safekeeping() -> Iterator[Finding]:
    """Nobody else on this computer can read a secret; a secrets file that was open is closed."""
    file = vault.user_folder() / vault.SECRETS_FILE
    renew = "If others use this computer, have the keys and the password renewed."
    if vault.close_to_others(file):
        yield warn("secrets", f"{file} could be read by other users; now it is its owner's alone", renew)
    elif vault.open_to_others(file):
        yield bad("secrets", f"{file} can be read by other users of this computer", f"{_closing(file)} {renew}")
    elif file.exists():
        yield ok("secrets", f"{file} is its owner's alone")
    for each in files():
        if vault.open_to_others(each) and _holds_secrets(each):
            yield warn(
                "secrets",
                f"{each.absolute()} holds secrets and can be read by other users of this computer",
                f"Take them out and run “batchinvoice setup”, or: {_closing(each)}",
            )


def keyring() -> Iterator[Finding]:
    """Whether there is a keyring that can be asked."""
    name = vault.keyring_name()
    if name is None:
        yield ok("keyring", "none on this computer; setup keeps secrets in a file of their owner's alone")
    elif why := vault.keyring_trouble():
        yield warn(
            "keyring",
            f"{name} is there and cannot be used ({why}); is it locked?",
            "Unlock it, or keep the secrets in a file: batchinvoice setup --secrets-in file",
        )
    else:
        yield ok("keyring", f"{name} can be asked")


def _closing(file: Path) -> str:
    return f"chmod 600 {shlex.quote(str(file.absolute()))}"


def _holds_secrets(path: Path) -> bool:
    table = read_toml(path)
    tables = [table, *table.get(vault.PROFILES, {}).values()]
    return any(Place("", each).says.get(name) for each in tables for name in SECRETS)


def _value(settings: Settings, name: str) -> str:
    secrets = (settings.access_code, settings.secret_key, settings.iv_key, settings.username, settings.password)
    values = (settings.merchant_code, *(secret.get_secret_value() for secret in secrets))
    return dict(zip(CREDENTIALS, values, strict=True))[name]


def _setup(settings: Settings) -> str:
    return f"{settings.command} setup"
