"""Doctor: every check made, whatever the others find. To add a check, write its function and list it here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from batchinvoice import loading
from batchinvoice.endings import EXPECTED
from batchinvoice.setting_up import on_disk, on_gateway, on_settings, on_unattended
from batchinvoice.setting_up.finding import Check, Finding, Patient, bad, warn
from batchinvoice.settings import SettingsError

CHECKS: tuple[Check, ...] = (
    on_settings.places,
    on_settings.environment,
    on_settings.credentials,
    on_disk.ledger,
    on_disk.space,
    on_disk.report_folder,
    on_unattended.notices,
    on_unattended.schedules,
    on_gateway.gateway,
)


def examine(profile: str | None, folder: Path | None, *, offline: bool) -> Iterator[Finding]:
    """Make every check and yield what is found; raises nothing.

    folder: the drop folder, if it is to be looked at. offline: leave the gateway alone.
    """
    yield from _made("secrets", on_settings.safekeeping)
    yield from _made("keyring", on_settings.keyring)
    yield from _made("drop folder", partial(on_disk.drop_folder, folder))
    try:
        patient = Patient(loading.look(profile), offline)
    except SettingsError as error:
        yield bad("settings", str(error), "Mend that first, by hand or with “batchinvoice setup”; then doctor again.")
        yield warn("the rest", "ledger, folders and gateway are not examined without settings", "See above.")
        return
    for check in CHECKS:
        yield from _made(check.__name__.replace("_", " "), partial(check, patient))


def _made(name: str, check: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    """What a check finds; that it failed is a finding, too."""
    try:
        yield from check()
    except EXPECTED as error:
        yield bad(name, str(error), "Do what it says, then doctor again.")
    except Exception as error:  # its text could hold a secret, so only its kind is told
        yield bad(name, f"this could not be examined ({type(error).__name__})", "Please report this line.")
