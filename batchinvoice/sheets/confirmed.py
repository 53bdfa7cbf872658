"""What was confirmed of headings before: a small file beside the ledger, so that the same sheet asks only once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from batchinvoice.invoices.columns import Field
from batchinvoice.sheets.errors import CannotWrite
from batchinvoice.sheets.placing import put_in_place

Confirmed = dict[str, dict[str, Field | None]]
_NAME = "headings.json"


def remembered(home: Path) -> Confirmed:
    """By `headings.signature` of a header: its headings (`headings.key`) and what they mean, None for nothing."""
    try:
        stored = json.loads((home / _NAME).read_text("utf-8"))
    except (OSError, ValueError):
        return {}  # nothing was confirmed yet, or the file is damaged: the sheet then asks again
    if not isinstance(stored, dict):
        return {}
    return {header: _known(said) for header, said in stored.items() if isinstance(said, dict)}


def remember(home: Path, header: str, said: Mapping[str, Field | None]) -> None:
    """Keep what was confirmed for the next sheet with this header. If it cannot be kept, the next sheet asks again."""
    known = remembered(home)
    known[header] = {**known.get(header, {}), **said}
    text = json.dumps(known, indent=1, sort_keys=True, ensure_ascii=False)
    with suppress(CannotWrite):
        put_in_place(home / _NAME, lambda draft: draft.write_text(text, "utf-8"))


def _known(said: Mapping[str, Any]) -> dict[str, Field | None]:
    fields = {str(field): field for field in Field}
    return {heading: fields.get(field or "") for heading, field in said.items() if field is None or field in fields}
