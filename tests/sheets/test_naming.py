"""Whatever a file is called, the workbooks about it have names that every system allows, and tell its own."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from batchinvoice.sheets.naming import readable, workbook_path

ANY_NAME = st.text(st.characters(exclude_categories=()), max_size=300)


def test_an_ordinary_name_is_kept() -> None:
    for stem in ("november", "فواتير نوفمبر", "Nov. 2026 (2)", "a.b"):
        assert workbook_path(Path("out"), f"{stem}.xlsx", "run", "report") == Path("out") / f"{stem}.run.report.xlsx"
        assert readable(stem) == stem


@given(ANY_NAME)
def test_any_name(name: str) -> None:
    path = workbook_path(Path("out"), name, "run", "report")
    assert path.parent == Path("out")
    assert path.name.endswith(".run.report.xlsx")
    assert path.name.isprintable()
    assert not set(path.name) & set('<>:"/\\|?*')
    assert path.name[0] not in " ."
    assert len(path.name.encode()) <= 140


@given(ANY_NAME)
def test_what_is_stored_is_text_in_one_line(name: str) -> None:
    assert len(readable(name).encode().decode().splitlines()) <= 1
    assert len(readable(name)) == len(name)
