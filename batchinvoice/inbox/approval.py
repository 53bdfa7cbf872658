"""Approval: a planned run goes out only when a file comes whose name says so as the run's plan asks for it."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from batchinvoice.ledger.records import Run

_ANSWER = re.compile(
    r"(approve|reject)[ _-]+(\d{8}-\d{3,6})[ _-]+([0-9a-f]{6})(?![0-9a-z]).*", re.IGNORECASE | re.DOTALL
)
_MEANT = re.compile(r"(approve|reject)[ _-].*\d{8}-\d{3,6}.*", re.IGNORECASE | re.DOTALL)
_PLAN = re.compile(r".*\.(\d{8}-\d{3,6})\.plan\b.*\.xlsx", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a file's name says of a run. `code` shows that whoever gave the name has seen the plan."""

    approves: bool
    run_id: str
    code: str


def answer(name: str) -> Answer | None:
    """The answer that a file's name gives; None if it is none."""
    found = _ANSWER.fullmatch(name.strip())
    return Answer(found[1].lower() == "approve", found[2], found[3].lower()) if found else None


def is_meant_as_answer(name: str) -> bool:
    """True for a name that speaks of approving a run, be it written rightly or not; a plan says nothing but may be."""
    return bool(_MEANT.fullmatch(name.strip()) or run_of_plan(name))


def run_of_plan(name: str) -> str | None:
    """The run whose plan a file is, by its name; None if it is no plan."""
    found = _PLAN.fullmatch(name.strip())
    return found[1] if found else None


def code(run: Run) -> str:
    """Six characters that stand in the plan alone: of the run, its sheet's content and where it would be sent."""
    whole = "\n".join((run.id, run.sha256, run.environment, run.merchant_code))
    return hashlib.sha256(whole.encode()).hexdigest()[:6]


def name_of(run: Run, *, approves: bool = True) -> str:
    """How a file has to be named to approve the run, or to reject it."""
    return f"{'approve' if approves else 'reject'} {run.id} {code(run)}"
