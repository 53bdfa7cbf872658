"""`python -m batchinvoice.sheets [ROOT]`: make templates, samples and the pages of columns and issues anew."""

from __future__ import annotations

import sys
from pathlib import Path

from batchinvoice.invoices.columns import LANGUAGES
from batchinvoice.sheets.pages import arabic_issues_page, columns_page, issues_page
from batchinvoice.sheets.placing import put_in_place
from batchinvoice.sheets.samples import write_sample
from batchinvoice.sheets.template import write_template

_SAMPLES = {"clean": "clean.xlsx", "mistakes": "mistakes.xlsx", "arabic": "arabic.csv"}


def regenerate(root: Path) -> tuple[Path, ...]:
    """Make all files under `root` and return them. Raises FileInUse or CannotWrite."""
    made = []
    for language in LANGUAGES:
        made.append(root / "templates" / f"batchinvoice-template.{language}.xlsx")
        write_template(made[-1], language)
    made += [write_sample(name, root / "samples" / file) for name, file in _SAMPLES.items()]
    pages = {"columns.md": columns_page(), "issues.md": issues_page(), "issues.ar.md": arabic_issues_page()}
    for name, page in pages.items():
        made.append(root / "docs" / name)
        _write_page(made[-1], page)
    return tuple(made)


def _write_page(path: Path, page: str) -> None:
    put_in_place(path, lambda draft: draft.write_bytes(page.encode()))


def main() -> None:
    """Make them under the folder named on the command line, else the current one."""
    for path in regenerate(Path(sys.argv[1] if len(sys.argv) > 1 else ".")):
        sys.stdout.write(f"{path}\n")


if __name__ == "__main__":
    main()
