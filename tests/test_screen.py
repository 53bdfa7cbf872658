"""What reaches a terminal: plain text and places that can be found."""

from __future__ import annotations

import threading
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchinvoice import screen
from batchinvoice.invoices.codes import Code
from batchinvoice.invoices.issue import Issue, Place
from batchinvoice.screen import Screen, cell_link, plain, where


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


BAD = Issue(Code.DATE_AMBIGUOUS, Place("Invoices", 17, 5, "Expiry Date"), {"value": "3/4", "first": "2026-04-03"})


def test_away_from_a_terminal_no_code_is_printed(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    Screen().issues([BAD], source=tmp_path / "november.xlsx")
    out = capsys.readouterr().out
    assert "Invoices!E17 Expiry Date" in out
    assert "\x1b" not in out
    assert "file:" not in out


def test_of_a_million_issues_the_errors_are_shown_first_and_the_rest_is_counted(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screen, "_MOST_ISSUES", 3)
    odd = [Issue(Code.PHONE_UNUSUAL, Place("Invoices", row, 4, "Mobile"), {"value": "1"}) for row in range(2, 7)]
    wrong = [Issue(Code.CELL_EMPTY, Place("Invoices", row, 5, "Amount")) for row in (8, 9)]
    Screen().issues(iter([*odd, *wrong]))
    out = capsys.readouterr().out
    places = [word for word in out.split() if word.startswith("Invoices!")]
    assert places == ["Invoices!E8", "Invoices!E9", "Invoices!D2"]
    assert "… and 4 more" in out


def test_as_many_issues_as_are_shown_leave_none_to_count(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screen, "_MOST_ISSUES", 1)
    Screen().issues([BAD])
    assert "more" not in capsys.readouterr().out


@pytest.mark.parametrize("total", [None, 10])
def test_how_far_it_is_shows_on_a_terminal_alone(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, total: int | None
) -> None:
    def shown() -> str:
        with Screen().progress(total, "Reading [b]a.xlsx") as told:
            assert threading.active_count() == before + (on_terminal and total is not None)  # a fork must stay safe
            told(3)
        return capsys.readouterr().out

    before, on_terminal = threading.active_count(), False
    assert shown() == ""
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    on_terminal = True
    assert "Reading [b]a.xlsx" in shown()


@pytest.mark.parametrize("source", [True, False])
def test_on_a_terminal_the_place_is_a_link(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, source: bool
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    path = tmp_path / "نوفمبر 1.xlsx"
    Screen().issues([BAD], source=path if source else None)
    assert (f"{path.as_uri()}#Invoices!E17\x1b\\" in capsys.readouterr().out) == source


@pytest.mark.parametrize(
    ("place", "end"),
    [
        (Place("Sheet1", 17, 5), "#Sheet1!E17"),
        (Place("Sheet1", 17), "#Sheet1!A17"),
        (Place("Bob's sheet", 17, 5), "#%27Bob%27%27s%20sheet%27!E17"),
        (Place("Sheet1"), "#Sheet1"),
    ],
)
def test_a_link_leads_to_the_cell(place: Place, end: str) -> None:
    assert str(cell_link(Path("x;y \x1b.xlsx"), Issue(Code.STRICT, place))).endswith(f"/x%3By%20%1B.xlsx{end}")


@given(st.text(alphabet=st.characters(blacklist_characters="\0")), st.text(alphabet=st.characters()))
def test_a_link_of_any_name_holds_only_plain_letters_or_there_is_none(name: str, sheet: str) -> None:
    link = cell_link(Path(name), Issue(Code.STRICT, Place(sheet, 1, 1)))
    assert link is None or (link.isascii() and link.isprintable() and " " not in link)


def test_issues_are_said_in_arabic_with_their_figures_in_order(capsys: pytest.CaptureFixture[str]) -> None:
    hostile = Issue(Code.EMAIL_BAD, Place("فواتير", 2, 1), {"value": "\u202ea\x1b[2Jb"})
    Screen().issues([BAD, hostile], "ar")
    out = capsys.readouterr().out
    assert "تُقرأ \u200e2026-04-03\u200e" in out
    assert "← اكتب" in out
    assert "\x1b" not in out
    assert "\u202e" not in out
