"""What the corrections workbook itself says, in English and in Arabic, and the notes at its cells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from batchinvoice.invoices.issue import Issue
from batchinvoice.invoices.script import left_to_right


class Words(NamedTuple):
    """Templates and names in one language. `headings` are those of the sheet of issues."""

    language: str
    title: str
    about: str
    run: str
    check: str
    live: str
    sandbox: str
    row: str
    perhaps: str
    issues: str
    headings: tuple[str, str, str, str, str]
    more: str
    notes_left_out: str

    @property
    def from_right(self) -> bool:
        """True if it is written from right to left."""
        return self.language == "ar"

    def value(self, text: str) -> str:
        """A name or number as it can stand within these words."""
        return left_to_right(text) if self.from_right else text


ENGLISH = Words(
    language="en",
    title="Corrections for {source}",
    about="Rows to mend of {source}, {run}, {mark}. The marked cells say what is wrong.",
    run="run {run}",
    check="check only",
    live="LIVE",
    sandbox="SANDBOX (TEST)",
    row="Row {row} of the sheet that was run.",
    perhaps="Perhaps: {proposed}",
    issues="Issues",
    headings=("Cell", "Row", "What is wrong", "What to do", "Proposed value"),
    more="… and {count} more.",
    notes_left_out="The first {count} marked cells have a note; the sheet {issues} tells of all.",
)
ARABIC = Words(
    language="ar",
    title="تصحيحات {source}",
    about="صفوف تحتاج إلى تصحيح من {source}، {run}، {mark}. في الخلايا الملونة بيان الخطأ.",
    run="التشغيل {run}",
    check="فحص فقط",
    live="البيئة الفعلية (LIVE)",
    sandbox="البيئة التجريبية (TEST)",
    row="رقم الصف في الورقة الأصلية: {row}.",
    perhaps="ربما: {proposed}",
    issues="الملاحظات",
    headings=("الخلية", "الصف", "ما الخطأ", "ما المطلوب", "القيمة المقترحة"),
    more="… وغيرها، عددها {count}.",
    notes_left_out="التعليقات على الخلايا الملونة الأولى فقط، وعددها {count}؛ والقائمة كلها في الورقة {issues}.",
)


def words(language: str) -> Words:
    """The words of `en` or `ar`."""
    return ARABIC if language == "ar" else ENGLISH


def note(issues: Sequence[Issue], source_row: int, say: Words) -> str:
    """What the note at a cell says: each issue in its words, and where the row stood."""
    return "\n\n".join([*(_lines(issue, say) for issue in issues), say.row.format(row=say.value(str(source_row)))])


def _lines(issue: Issue, say: Words) -> str:
    lines = [*issue.say(say.language)]
    # Most remedies name the proposal already.
    if issue.proposal and issue.proposal not in lines[-1]:
        lines.append(say.perhaps.format(proposed=say.value(issue.proposal)))
    return "\n".join(lines)
