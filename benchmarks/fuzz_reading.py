"""Read spoilt sheets of all formats, by hand: python benchmarks/fuzz_reading.py --minutes 10 [--seed N] [--keep DIR]"""

from __future__ import annotations

import argparse
import datetime as dt
import io
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from random import Random

import openpyxl
from mutations import spoilt

from batchinvoice.invoices.check import check
from batchinvoice.invoices.rules import Rules
from batchinvoice.sheets.errors import SheetError
from batchinvoice.sheets.guard import read_guarded

ROOT = Path(__file__).parent.parent
sys.path += [str(ROOT / "tests"), str(ROOT / "tests" / "sheets")]
_SLOW_SECONDS = 10.0
# What a bound has stopped is no crash, but should be rare.
_BOUNDS = {
    "takes longer": "out of time",
    "more memory": "out of memory",
    "larger than it seems": "the reader broke off",
}
_TITLES = ("Reference Number", "Customer Name", "Mobile Number", "Amount", "Expiry Date", "Email", "Note")
_ROWS = [
    _TITLES,
    *(
        (
            f"INV-{n}",
            f"نورة {n}",
            f"6610{n:04d}",
            n + 0.125,
            dt.date(2030, 1, n % 28 + 1),
            f"c{n}@example.com",
            n % 2 == 0,
        )
        for n in range(1, 30)
    ),
]
_FORMATS = {
    (3, 4): '"$"#,##0.00',
    (4, 4): "0%",
    (5, 4): '#,##0.000 [$SAR];[Red]-#,##0.000 "SAR"',
    (6, 4): "[>=1000]#,##0,;0.000",
    (7, 1): "00000",
    (8, 4): '_-[$KWD] * #,##0.000_-;-[$KWD] * #,##0.000_-;_-[$KWD] * "-"??_-;_-@_-',
}


def main() -> None:
    """Fuzz, and print how many files of each format were read, refused, or did what no file may do."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--minutes", type=float, default=10)
    words.add_argument("--seed", type=int, default=int(time.time()))
    words.add_argument("--keep", type=Path, default=Path("fuzz-finds"), help="where files go that did harm")
    asked = words.parse_args()
    warnings.simplefilter("ignore")  # a part that is there twice is meant
    seeds = sheets()
    counts: Counter[tuple[str, str]] = Counter()
    until = time.monotonic() + asked.minutes * 60
    with tempfile.TemporaryDirectory() as folder:
        for number, (name, content) in enumerate(endless(seeds)):
            if time.monotonic() > until:
                break
            path = Path(folder) / f"sheet{Path(name).suffix}"
            path.write_bytes(spoilt(content, Random(f"{asked.seed}-{number}")))  # noqa: S311
            outcome = tried(path)
            counts[path.suffix, outcome] += 1
            if outcome not in ("read", "refused"):
                asked.keep.mkdir(parents=True, exist_ok=True)
                kept = asked.keep / f"{asked.seed}-{number}-{outcome.replace(' ', '-')}{path.suffix}"
                path.rename(kept)
    tell(counts, asked.seed)


def tried(path: Path) -> str:
    """What became of one file: read, refused, or by its name what went wrong."""
    begun = time.monotonic()
    try:
        source = read_guarded(path)
        check(source.invoices, source.items, Rules(merchant_code="1", today=dt.date(2026, 1, 1)))
    except SheetError as error:
        return next((outcome for said, outcome in _BOUNDS.items() if said in str(error)), "refused")
    except Exception as error:
        say("".join(traceback.format_exception(error)[-3:]))
        return f"crash {type(error).__name__}"
    return "slow" if time.monotonic() - begun > _SLOW_SECONDS else "read"


def endless(seeds: Mapping[str, bytes]) -> Iterator[tuple[str, bytes]]:
    """The sheets by turns, for ever."""
    while True:
        yield from seeds.items()


def sheets() -> dict[str, bytes]:
    """Whole sheets of every format: the project's own, and those that its tests can write."""
    found = {path.name: path.read_bytes() for kind in ("samples", "templates") for path in (ROOT / kind).iterdir()}
    text = "\r\n".join(",".join(map(str, row)) for row in _ROWS)
    found |= {
        "utf8.csv": text.encode("utf-8-sig"),
        "utf16.csv": text.encode("utf-16"),
        "arabic.csv": text.encode("cp1256"),
    }
    from hostile_files import workbook
    from ods_file import ods_file
    from xls_file import xls_file
    from xlsb_file import xlsb_file

    found["small.xlsx"] = workbook([(7, 1, "#N/A"), (9, 9, "=1+1"), (10, 2, None)])
    for name, write in {"a.xls": xls_file, "a.xlsb": xlsb_file}.items():
        found[name] = write(_ROWS, hidden_rows=[3], hidden_columns=[2], formats=_FORMATS)
    found["a.ods"] = ods_file(_ROWS, hidden_rows=[3], hidden_columns=[2])
    found["formats.xlsx"] = _formatted()
    return found


def _formatted() -> bytes:
    """A workbook whose amounts are shown in several ways."""
    book, content = openpyxl.Workbook(), io.BytesIO()
    for row in _ROWS:
        book.active.append(row)
    for (row, column), code in _FORMATS.items():
        book.active.cell(row, column).number_format = code
    book.save(content)
    return content.getvalue()


def tell(counts: Mapping[tuple[str, str], int], seed: int) -> None:
    """The counts by format and outcome."""
    for (kind, outcome), count in sorted(counts.items()):
        say(f"{kind:8}{outcome:30}{count:8,}")
    say(f"{'all':38}{sum(counts.values()):8,}   (seed {seed})")


def say(line: str) -> None:
    """A line on standard output, at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
