"""What is printed to be typed does, in a shell, what it says and nothing else."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchinvoice.calling import tool, typed

ACTIVE = ["$(touch pwned).xlsx", "`touch pwned`.xlsx", 'a" & calc & ".xlsx', "%PATH%.xlsx", "a!b.xlsx", "-rf.xlsx"]


def test_a_profile_is_part_of_the_command() -> None:
    assert (tool(""), tool("فرع-2")) == ("batchinvoice", "batchinvoice --profile فرع-2")


@pytest.mark.parametrize("name", [*ACTIVE, "a\nb.xlsx", "a\u202eb.xlsx", "a“b.xlsx", "\ud800.xlsx"])
def test_a_name_with_which_a_shell_would_do_something_else_is_not_printed(name: str) -> None:
    assert typed(name) == typed(Path(name)) == "SHEET"


@given(st.text(st.characters(exclude_characters="\0"), min_size=1))
def test_what_is_printed_is_one_argument_the_very_name(name: str) -> None:
    assert typed(name) == "SHEET" or "\\" in name or shlex.split(typed(name)) == [name]


@pytest.mark.skipif(sys.platform == "win32", reason="needs sh")
@pytest.mark.parametrize("name", [*ACTIVE, "month end (2).xlsx", "ن'م#~&;*.xlsx", "C:\\in\\month end.xlsx"])
def test_a_shell_hands_on_the_name_as_it_is(name: str, tmp_path: Path) -> None:
    line = f"printf %s {typed(name)}"
    said = subprocess.run(["sh", "-c", line], cwd=tmp_path, capture_output=True, encoding="utf-8", check=True).stdout
    assert said in (name, "SHEET")
    assert not [*tmp_path.iterdir()]
