"""What setup asks at the terminal. Secrets are typed hidden and never shown; Enter keeps what is set."""

from __future__ import annotations

from collections.abc import Mapping

import click

from batchinvoice.places import BASE_URL, ENVIRONMENT, Place, check_profile_name, choose
from batchinvoice.screen import Screen
from batchinvoice.setting_up.forms import QUESTIONS, Question, tidy
from batchinvoice.settings import Environment, SettingsError

REPORT_DIR = "BATCHINVOICE_REPORT_DIR"


def ask_profile(screen: Screen, known: list[str]) -> str:
    """Whose settings are set up: the name of a profile, or nothing for those without one."""
    screen.say(
        "\nOne merchant needs no profile. For a further one, give it a name, as branch-2."
        + (f" There are: {', '.join(known)}." if known else "")
    )
    while True:
        name = click.prompt("Profile (Enter: none)", default="", show_default=False).strip()
        try:
            return check_profile_name(name) if name else ""
        except SettingsError as error:
            screen.trouble(str(error))


def ask_all(screen: Screen, present: Mapping[str, str]) -> dict[str, str]:
    """Every setting that setup stores, by name. `present`: what is set already."""
    answers = {ENVIRONMENT: _environment(screen, present)}
    if address := present.get(BASE_URL):
        screen.say("\nAnother address of the gateway than the usual one is set; a dash (-) takes it out.")
        answers[BASE_URL] = click.prompt("Address of the gateway", default=address).strip().removeprefix("-")
    merchant, *others = QUESTIONS
    answers[merchant.name] = _credential(screen, merchant, present.get(merchant.name, ""))
    # Of another merchant than the one just named, nothing can be kept.
    fitting = choose([Place("", {merchant.name: answers[merchant.name]}), Place("", present)]).values
    for question in others:
        answers[question.name] = _credential(screen, question, fitting.get(question.name, ""))
    screen.say("\nReports: a folder that you choose, or “reports” in whichever folder you start from.")
    answers[REPORT_DIR] = click.prompt("Folder for reports", default=present.get(REPORT_DIR, "reports")).strip()
    return answers


def _environment(screen: Screen, present: Mapping[str, str]) -> str:
    before = present.get(ENVIRONMENT, Environment.SANDBOX)
    screen.say("\nSandbox is for trying out: its invoices are play money. Live makes real ones. Each has its own keys.")
    while True:
        kinds = click.Choice([each.value for each in Environment], case_sensitive=False)
        answer = str(click.prompt("Environment", type=kinds, default=str(before)))
        if (
            answer == before
            or answer != Environment.LIVE
            or click.confirm("LIVE: invoices will be real. Is that meant?")
        ):
            return answer


def _credential(screen: Screen, question: Question, before: str) -> str:
    screen.say(f"\n{question.words}. {question.where}")
    while True:
        answer = tidy(question, _typed(question, before)) or before
        fault = question.fault(answer)
        if not fault:
            return answer
        screen.trouble(fault)


def _typed(question: Question, before: str) -> str:
    if not question.hidden:
        return str(click.prompt(question.words, default=before or None))
    hint = "set; Enter keeps it; hidden while you type" if before else "hidden while you type or paste"
    default = "" if before else None
    return str(click.prompt(f"{question.words} ({hint})", hide_input=True, default=default, show_default=False))
