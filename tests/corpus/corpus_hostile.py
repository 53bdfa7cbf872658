"""Texts that want to become formulas, links or control codes; and files that want the reader's memory."""

from __future__ import annotations

from typing import Any

from corpus_case import File, case, cases
from corpus_files import HEADINGS, amounts, book_of, changed, fill, good, goods, replaced, text, xlsx
from hostile_files import HOSTILE

FORMULAS = ("=cmd|'/c calc'!A1", "+1+1", "@SUM(1)", "-2+3", '=HYPERLINK("http://x","y")')


def _names(*cells: Any) -> File:
    return "names.xlsx", xlsx(replaced(1, *cells))


@cases(["xlsx", "xls", "xlsb", "ods"], "pending " * 5, customer=list(FORMULAS))
def formulas_as_text(kind: str) -> File:
    """Texts that look like formulas are texts."""
    return f"names.{kind}", book_of(kind, replaced(1, *FORMULAS))


@case("pending " * 5, customer=list(FORMULAS))
def formulas_in_a_csv() -> File:
    """The same in a CSV file, where Excel would make formulas of them."""
    return "names.csv", text(replaced(1, *FORMULAS))


@case("pending " * 4, reference=["=1+1", "../../etc/passwd", "<r>&amp;</r>", "'; DROP TABLE x;--"])
def references() -> File:
    """References that mean something elsewhere: formulas, paths, markup, a database's words."""
    # The writer takes what begins with <r> for markup of its own, so the text is put in afterwards.
    content = xlsx(replaced(0, "=1+1", "../../etc/passwd", "HERE", "'; DROP TABLE x;--"))
    return "names.xlsx", changed(content, (b"HERE", b"&lt;r&gt;&amp;amp;&lt;/r&gt;"), part="xl/sharedStrings.xml")


@case("pending pending", customer=["Noura [31m red", "Ali ]0;title Hassan"])
def control_codes_in_a_csv() -> File:
    """Codes that would colour the terminal or change its title become spaces."""
    return "names.csv", text(replaced(1, "Noura\x1b[31m red", "Ali\x1b]0;title\x07Hassan"))


@case("pending pending", customer=["Noura [31m red", "Ali Hassan"])
def control_codes_in_a_workbook() -> File:
    """The same in a workbook, which writes them as _x001B_."""
    return _names("Noura\x1b[31m red", "Ali\x07Hassan")


@case("pending pending", customer=["Nouraexe.gpj", "Al Noor"])
def direction_overrides() -> File:
    """Marks that turn the writing's direction are taken out; a space that does not break is a space."""
    return _names("Noura\u202eexe.gpj\u202c", "\u2067Al\u00a0Noor\u2069")


@case("invalid", "D2 amount-unreadable")
def amount_as_formula_in_a_csv() -> File:
    """A formula in a CSV file is never worked out."""
    return "names.csv", text(replaced(3, "=2+3"))


@case("pending pending pending", customer=["<b>Noura</b>", "&lt;Ali&gt; ]]>", "{{7*7}} %s {0} ${x}"])
def markup() -> File:
    """Markup and templates of every kind."""
    return _names("<b>Noura</b>", "&lt;Ali&gt; ]]>", "{{7*7}} %s {0} ${x}")


@case("invalid", "E2 text-long")
def longest_text() -> File:
    """32,767 characters, the most that a cell holds."""
    return "long.xlsx", xlsx(fill("Description", "x" * 32_767))


@case("pending pending", customer=["👩‍👩‍👧 Sons 🇰🇼", "𐍈𝔸 é"])
def emoji() -> File:
    """Letters beyond the first plane, joined and combined."""
    return _names("👩‍👩‍👧 Sons 🇰🇼", "𐍈𝔸 é")


@case("pending")
def lone_surrogate_in_a_workbook() -> File:
    """Half a letter, as a workbook may write it: whatever it is read as, nothing breaks."""
    return "half.xlsx", xlsx(replaced(1, "Noura _xD83D_ end"))


@case(refused="is not an Excel workbook or a CSV file")
def lone_surrogate_in_utf16() -> File:
    """Half a letter in UTF-16: not text."""
    whole = text([HEADINGS, good(1)], "\t", encoding="utf-16-le", head="\ufeff")
    return "half.csv", whole.replace("Ali".encode("utf-16-le"), b"\x3d\xd8i\0j\0")


@case("pending pending", customer=["_x0041_ Noura", "Ali Hassan"])
def escapes_that_are_text() -> File:
    """A name that looks like the format's own escape is kept as it was typed."""
    return _names("_x0041_ Noura", "Ali Hassan")


@case("pending", "E1 column-unknown", amount=amounts(1))
def heading_of_ten_thousand_letters() -> File:
    """A heading that is a novel."""
    return "long.xlsx", xlsx(fill("=cmd " + "x" * 10_000, "y"))


@case("pending pending", amount=amounts(1, 2))
def two_thousand_columns() -> File:
    """Values in thousands of columns without headings."""
    return "wide.xlsx", xlsx([HEADINGS, *([*row, *[None] * 10, *range(2_000)] for row in goods(1, 2))])


@case("pending", amount=amounts(1))
def formats_far_below() -> File:
    """Colours down to row 20,000 with nothing in them."""

    def colour(book: Any, sheet: Any) -> None:
        style = book.add_format({"bg_color": "yellow"})
        for row in range(2, 20_000, 50):
            sheet.write_blank(row, 0, None, style)

    return "colours.xlsx", xlsx([HEADINGS, good(1)], more=colour)


@case("pending pending", amount=amounts(1, 2))
def space_far_below() -> File:
    """A cell with a space a thousand rows below the table."""
    return "space.xlsx", xlsx([HEADINGS, *goods(1, 2), *[[]] * 1000, [None, None, " "]])


@case("pending", amount=amounts(1))
def link_to_another_workbook() -> File:
    """A formula that fetches from elsewhere is what it came to last; nothing is fetched."""
    content = xlsx([HEADINGS, good(1)])
    cell = b'<c r="D2"><v>10.25</v></c>'
    linked = b"<c r=\"D2\"><f>'http://127.0.0.1:9/[x.xlsx]A'!A1</f><v>10.25</v></c>"
    return "linked.xlsx", changed(content, (cell, linked))


def _refused(name: str) -> None:
    make, said = HOSTILE[name]

    def hostile() -> File:
        return name, make()

    hostile.__doc__ = f"A file that is refused before it is unpacked or parsed: {name}."
    hostile.__name__ = name.replace(".", "_")
    case(refused=said)(hostile)


for _name in (
    *("bomb-of-4-gb.xlsx", "bomb-packed.xlsx", "bomb-that-lies.xlsx", "many-parts.xlsx", "twice.xlsx", "flipped.xlsx"),
    *("entities-in-strings.xlsx", "file-in-strings.xlsx", "far-cell.xlsx", "locked-parts.xlsx", "no-parts.xlsx"),
    *("program.xlsx", "picture.xlsx", "garbage.xls", "garbage.xlsb", "garbage.ods", "nul.csv"),
):
    _refused(_name)
