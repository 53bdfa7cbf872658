"""What was confirmed of headings is kept, and a damaged file of it costs a question and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from batchinvoice.invoices.columns import Field
from batchinvoice.sheets.confirmed import remember, remembered


def test_what_is_kept_comes_back(tmp_path: Path) -> None:
    home = tmp_path / "not there yet"
    assert remembered(home) == {}
    remember(home, "ref|payer", {"payer": Field.CUSTOMER, "x": None})
    remember(home, "ref|payer", {"x": Field.EMAIL})
    remember(home, "other", {"المبلغ": Field.AMOUNT})
    assert remembered(home) == {
        "ref|payer": {"payer": Field.CUSTOMER, "x": Field.EMAIL},
        "other": {"المبلغ": Field.AMOUNT},
    }


@pytest.mark.parametrize("content", ["", "no json", "[]", '{"a": 1}', '{"a": {"b": "no such field", "c": 5}}', "\x00"])
def test_a_damaged_file_is_no_answer(tmp_path: Path, content: str) -> None:
    (tmp_path / "headings.json").write_text(content, "utf-8")
    assert all(said == {} for said in remembered(tmp_path).values())
    remember(tmp_path, "h", {"payer": Field.CUSTOMER})
    assert remembered(tmp_path)["h"] == {"payer": Field.CUSTOMER}


def test_a_home_that_cannot_be_written_to_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file")
    remember(tmp_path / "home", "h", {"payer": Field.CUSTOMER})
    assert remembered(tmp_path / "home") == {}
