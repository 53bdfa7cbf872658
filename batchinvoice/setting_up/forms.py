"""What setup asks for, where each thing is found, and what form it has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from batchinvoice.gateway.cipher import IV_BYTES, KEY_BYTES
from batchinvoice.places import MERCHANT_CODE

_PANEL = "In the merchant panel, among the API credentials (security keys)"


@dataclass(frozen=True, slots=True)
class Question:
    """One credential. `where`: where a person finds it; `fault`: what is wrong with an answer's form, or nothing."""

    name: str
    words: str
    where: str
    fault: Callable[[str], str]

    @property
    def hidden(self) -> bool:
        """Whether it is a secret."""
        return self.name != MERCHANT_CODE


def _code(value: str) -> str:
    """The access code travels in a header and the merchant code in each call: no blanks, no other alphabets."""
    good = value.isascii() and value.isprintable() and " " not in value
    return "" if good else "It holds blanks or characters that cannot be in it. Copy it again."


def _long(length: int) -> Callable[[str], str]:
    def fault(value: str) -> str:
        if len(value) != length:
            other = {KEY_BYTES: "secret key", IV_BYTES: "IV key"}.get(len(value), "")
            hint = f" That is the length of the {other}." if other else ""
            return f"It must have {length} characters; this has {len(value)}.{hint} Copy it again."
        return _code(value)

    return fault


def _any(_: str) -> str:
    return ""


QUESTIONS = (
    Question(MERCHANT_CODE, "Merchant code", f"{_PANEL}: a number, also called Merchant ID.", _code),
    Question("HESABE_ACCESS_CODE", "Access code", "At the same place: letters and digits with dashes.", _code),
    Question("HESABE_SECRET_KEY", "Secret key", f"At the same place: {KEY_BYTES} characters.", _long(KEY_BYTES)),
    Question("HESABE_IV_KEY", "IV key", f"At the same place: {IV_BYTES} characters.", _long(IV_BYTES)),
    Question("HESABE_USERNAME", "User name", "With which you log in to the merchant panel.", _any),
    Question("HESABE_PASSWORD", "Password", "With which you log in to the merchant panel.", _any),
)


def tidy(question: Question, answer: str) -> str:
    """An answer without what copying leaves around it; only a password may begin or end with a blank."""
    return answer if question.name == "HESABE_PASSWORD" else answer.strip()
