"""What reaches a terminal: plain text and places that can be found."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from batchinvoice.invoices.issue import Code, Issue, Place
from batchinvoice.screen import plain, where


@given(st.text(alphabet=st.characters()))
def test_no_text_can_command_a_terminal(text: str) -> None:
    shown = plain(text)
    assert all(c == "\n" or unicodedata.category(c) not in ("Cc", "Cf", "Cs") for c in shown)
    assert plain(shown) == shown


def test_names_are_shown_as_they_are() -> None:
    assert plain("عبدالله O'Neil-Šimić 👍") == "عبدالله O'Neil-Šimić 👍"


def test_an_issue_is_told_by_sheet_cell_and_heading() -> None:
    assert where(Issue(Code.CELL_EMPTY, Place("Invoices", 17, 5, "Amount"))) == "Invoices!E17 Amount"
    assert where(Issue(Code.STRICT, Place("Invoices", 17))) == "Invoices!17"
    assert where(Issue(Code.STRICT, Place("Invoices"))) == "Invoices"
