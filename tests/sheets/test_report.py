"""The reconciliation workbook: its sheets, its totals, and that nothing in it is more than it looks."""

from __future__ import annotations

import datetime as dt
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from openpyxl.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet
from report_making import report, row

from batchinvoice.invoices.lifecycle import AT_GATEWAY, RowStatus, SmsStatus
from batchinvoice.sheets import report_rows
from batchinvoice.sheets.reading import read
from batchinvoice.sheets.report import Report, ReportRow, SmsCall, Tally, write_report
from batchinvoice.sheets.report_totals import STATUS_ORDER
from batchinvoice.sheets.unreadable import UnreadableSheet

HEADINGS = [
    *("Row", "Reference", "Customer", "Mobile", "Amount", "Action", "Status", "Reason"),
    *("Amount at gateway", "Difference", "Invoice ID", "Payment link", "SMS", "Attempts", "Updated at"),
]
SHEETS = ("Rows", "'Rows 2'", "'Rows 3'")
EVERY_STATUS = [row(number, status) for number, status in enumerate(RowStatus, 2)]


def written(tmp_path: Path, of: Report, *, values: bool = True) -> openpyxl.Workbook:
    write_report(tmp_path / "out.xlsx", of)
    return openpyxl.load_workbook(tmp_path / "out.xlsx", data_only=values)


def line(summary: Worksheet, label: str, nth: int = 0) -> list[Cell]:
    """The cells B to G of the nth line with that label."""
    found = [cells for cells in summary.iter_rows(max_col=7) if cells[0].value == label]
    return list(found[nth][1:])


def values(summary: Worksheet, label: str, nth: int = 0) -> list[object]:
    return [cell.value for cell in line(summary, label, nth)]


def test_sheets_and_headings_are_the_agreed_ones(tmp_path: Path) -> None:
    book = written(tmp_path, report(EVERY_STATUS))
    assert book.sheetnames == ["Summary", "Rows", "Attention", "SMS"]
    assert [cell.value for cell in book["Rows"][1]] == HEADINGS
    assert book["Rows"].freeze_panes == "A2"
    assert book["Rows"].auto_filter.ref == f"A1:O{len(EVERY_STATUS) + 1}"


def test_a_row_is_written_with_numbers_as_numbers_and_identifiers_as_text(tmp_path: Path) -> None:
    told = row(7, gateway_amount=Decimal("10.750"))
    cells = written(tmp_path, report([told]))["Rows"][2]
    assert [cell.value for cell in cells] == [
        *(7, "007", "Noura Al-Mutairi", "+96566100201", 10.5, "create", "created", None, 10.75, 0.25),
        *("71007", "https://pay.example.com/7", "sent", 1, dt.datetime(2026, 11, 23, 1, 30, 5)),  # noqa: DTZ001 - as Excel holds it
    ]
    assert [cells[at].data_type for at in (1, 3, 10)] == ["s", "s", "s"]
    assert [cells[at].number_format for at in (1, 3, 4, 8)] == ["@", "@", "#,##0.000", "#,##0.000"]


def test_an_unreadable_amount_is_shown_as_typed_and_counts_with_nothing(tmp_path: Path) -> None:
    bad = row(3, RowStatus.INVALID, amount=None, typed_amount="1,234")
    book = written(tmp_path, report([row(2), bad]))
    assert (book["Rows"]["E3"].value, book["Rows"]["E3"].data_type) == ("1,234", "s")
    assert values(book["Summary"], "invalid")[:4] == [1, 0, 1, 0]
    assert values(book["Summary"], "Sum of the statuses")[:4] == [2, 10.5, 2, 10.5]


def test_totals_agree_and_every_status_has_its_line(tmp_path: Path) -> None:
    made = report(EVERY_STATUS)
    assert write_report(tmp_path / "out.xlsx", made) == ()
    summary = openpyxl.load_workbook(tmp_path / "out.xlsx", data_only=True)["Summary"]
    assert values(summary, "Read from the sheet")[:2] == [10, 105]
    for status in RowStatus:
        assert values(summary, status.value) == [1, 10.5, 1, 10.5, 0, 0]
    assert values(summary, "Difference to what was read (must be 0)")[:4] == [0, 0, 0, 0]
    assert str(summary["A3"].value).startswith("Every row and every fils is accounted for")


def test_formulas_cover_all_rows_and_keep_the_results_that_python_gets(tmp_path: Path) -> None:
    book = written(tmp_path, report(EVERY_STATUS), values=False)
    rows = list(book["Rows"].iter_rows(min_row=2, values_only=True))
    results = openpyxl.load_workbook(tmp_path / "out.xlsx", data_only=True)["Summary"]
    for status in RowStatus:
        count, amount = line(book["Summary"], status.value)[:2]
        assert count.value == f"=COUNTIF(Rows!$G$2:$G$11,$A{count.row})"
        assert amount.value == f"=ROUND(SUMIF(Rows!$G$2:$G$11,$A{count.row},Rows!$E$2:$E$11),3)"
        of_status = [cells[4] for cells in rows if cells[6] == status.value]
        assert results[count.coordinate].value == len(of_status)
        assert results[amount.coordinate].value == sum(of_status)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (
            {"input": Tally(11, Decimal("105"))},
            "the sheet had 11 rows with 105.000 KWD, but the workbook lists 10 rows",
        ),
        ({"input": Tally(10, Decimal("105.001"))}, "the sheet had 10 rows with 105.001 KWD"),
        ({"statuses": {}}, "created: the ledger counts 0 rows with 0.000 KWD, but the workbook lists 1 rows"),
        ({"sms": {SmsStatus.SENT: 9}}, "SMS sent: the ledger counts 9, but the workbook lists 4"),
    ],
)
def test_a_difference_is_said_and_seen(tmp_path: Path, wrong: dict[str, object], words: str) -> None:
    said = write_report(tmp_path / "out.xlsx", report(EVERY_STATUS, **wrong))
    assert any(words in each for each in said)
    summary = openpyxl.load_workbook(tmp_path / "out.xlsx", data_only=True)["Summary"]
    assert str(summary["A3"].value).startswith("THE TOTALS DO NOT AGREE")
    assert words in str(summary["A5"].value)


def test_a_lost_fils_shows_in_the_difference_cell_that_turns_red(tmp_path: Path) -> None:
    book = written(tmp_path, report(EVERY_STATUS, input=Tally(10, Decimal("105.001"))))
    cell = line(book["Summary"], "Difference to what was read (must be 0)")[1]
    assert cell.value == pytest.approx(0.001)
    rules = [
        rule for area in book["Summary"].conditional_formatting if cell.coordinate in area.sqref for rule in area.rules
    ]
    assert [(rule.operator, rule.formula) for rule in rules] == [("equal", ["0"]), ("notEqual", ["0"])]


def test_amounts_at_the_gateway_stand_against_the_sheet(tmp_path: Path) -> None:
    rows = [row(2), row(3, gateway_amount=Decimal("11.000")), row(4, RowStatus.UNCHANGED, gateway_amount=None)]
    summary = written(tmp_path, report([*rows, row(5, RowStatus.INVALID)]))["Summary"]
    assert values(summary, "Amount in the sheet")[:2] == [3, 31.5]
    assert values(summary, "of which the gateway named no amount")[:2] == [1, 10.5]
    assert values(summary, "Amount at the gateway")[:2] == [2, 21.5]
    assert values(summary, "Difference: gateway less sheet")[:2] == [0, 0.5]


def test_text_messages_are_counted_to_the_last_row(tmp_path: Path) -> None:
    rows = [row(number, sms=sms) for number, sms in enumerate(SmsStatus, 2)]
    summary = written(tmp_path, report([*rows, row(9)]))["Summary"]
    assert values(summary, "Wanted")[:3] == [5, None, 5]
    assert values(summary, "not wanted")[:3] == [1, None, 1]
    assert values(summary, "All rows")[:3] == [6, None, 6]
    assert values(summary, "Difference to what was read (must be 0)", 1)[:3] == [0, None, 0]


def test_attention_lists_only_rows_that_need_a_person_and_links_to_them(tmp_path: Path) -> None:
    asked = row(5, RowStatus.REJECTED, reason="Refused", remedy="Mend it", needs_person=True)
    sheet = written(tmp_path, report([row(2), asked, row(6)]))["Attention"]
    assert [cell.value for cell in sheet[2]] == [5, "005", "Noura Al-Mutairi", 10.5, "rejected", "Refused", "Mend it"]
    assert sheet["A2"].hyperlink.location == "Rows!A3"
    assert sheet.max_row == 2


def test_bulk_sends_are_listed_with_all_their_ids(tmp_path: Path) -> None:
    ids = tuple(str(number) for number in range(71000, 71250))
    call = SmsCall(1, ids, SmsStatus.UNKNOWN, "No answer", None)
    sheet = written(tmp_path, report([row(2)], calls=[call]))["SMS"]
    lines = [[cell.value for cell in cells] for cells in sheet.iter_rows(min_row=2)]
    assert [line[3] for line in lines] == [100, 100, 50]
    assert ", ".join(str(line[5]) for line in lines).split(", ") == list(ids)


@pytest.mark.parametrize(("environment", "mark"), [("sandbox", "SANDBOX (TEST)"), ("live", "LIVE")])
def test_the_environment_stands_on_every_sheet(tmp_path: Path, environment: str, mark: str) -> None:
    book = written(tmp_path, report([row(2)], environment=environment))
    assert str(book["Summary"]["A1"].value).startswith(mark)
    for sheet in book:
        assert mark in sheet.oddHeader.center.text
        assert "r-0001" in sheet.oddHeader.right.text
        assert "&P" in sheet.oddFooter.right.text


@pytest.mark.parametrize(
    "text",
    ["=cmd|'/c calc'!A1", "+1", "-1+1", "@SUM(A1)", "http://evil.example", "<r>x</r>", "<r><t>x</t></r>", "{=1}", "12"],
)
def test_nothing_from_a_cell_becomes_a_formula_a_link_or_a_number(tmp_path: Path, text: str) -> None:
    put = row(2, reference=text, customer=text, mobile=text, reason=text, remedy=text, needs_person=True)
    book = written(tmp_path, report([put], source=text, started_by=text), values=False)
    for cell in (*(book["Rows"][f"{letter}2"] for letter in "BCDH"), *(book["Attention"][f"{x}2"] for x in "BCFG")):
        assert (cell.value, cell.data_type, cell.hyperlink) == (text, "s", None)
    assert b"<f>" not in _part(tmp_path / "out.xlsx", "xl/worksheets/sheet2.xml")


def _part(path: Path, name: str) -> bytes:
    with zipfile.ZipFile(path) as book:
        return book.read(name)


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "file:///etc/passwd", "https://a b", "https://", "https://e.example/" + "x" * 2_000]
)
def test_only_web_addresses_become_links(tmp_path: Path, link: str) -> None:
    rows = written(tmp_path, report([row(2, link=link), row(3)]))["Rows"]
    assert (rows["L2"].value, rows["L2"].hyperlink) == (link, None)
    assert rows["L3"].hyperlink.target == "https://pay.example.com/3"


def test_links_beyond_what_a_sheet_may_hold_stay_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report_rows, "MAX_LINKS", 1)
    rows = written(tmp_path, report([row(2), row(3)]))["Rows"]
    assert rows["L2"].hyperlink is not None
    assert (rows["L3"].value, rows["L3"].hyperlink) == ("https://pay.example.com/3", None)


def test_more_rows_than_a_sheet_holds_go_on_on_further_sheets(tmp_path: Path) -> None:
    bad = {"reason": "Refused", "remedy": "Mend it", "needs_person": True}
    rows = [row(2), *(row(number, RowStatus.REJECTED, **bad) for number in range(3, 7))]
    said = write_report(tmp_path / "out.xlsx", report(rows), most=2)
    book = openpyxl.load_workbook(tmp_path / "out.xlsx")
    assert said == ()
    assert book.sheetnames == ["Summary", "Rows", "Rows 2", "Rows 3", "Attention", "Attention 2", "SMS"]
    listed = [sheet[f"A{at}"].value for name in ("Rows", "Rows 2", "Rows 3") for sheet in [book[name]] for at in (2, 3)]
    assert listed == [2, 3, 4, 5, 6, None]
    links = [book[name][f"A{at}"].hyperlink.location for name in ("Attention", "Attention 2") for at in (2, 3)]
    assert links == ["Rows!A3", "'Rows 2'!A2", "'Rows 2'!A3", "'Rows 3'!A2"]
    for name in ("Rows 2", "Rows 3", "Attention 2"):
        first = book[name.split()[0]]
        assert [cell.value for cell in book[name][1]] == [cell.value for cell in first[1]]
        assert book[name].freeze_panes == "A2"
        assert book[name].column_dimensions["H"].width == first.column_dimensions["H"].width
        assert "SANDBOX" in book[name].oddHeader.center.text
    assert [book[name].auto_filter.ref for name in ("Rows", "Rows 2", "Rows 3")] == ["A1:O3", "A1:O3", "A1:O2"]


def test_the_summary_sums_up_every_sheet_of_rows(tmp_path: Path) -> None:
    made = report([row(number, sms=SmsStatus.SENT) for number in range(2, 7)])
    write_report(tmp_path / "out.xlsx", made, most=2)
    summary = openpyxl.load_workbook(tmp_path / "out.xlsx")["Summary"]
    for label in ("created", "of which the gateway named no amount", "Amount at the gateway", "sent"):
        for cell in line(summary, label)[:2]:
            if cell.value is not None:
                formula = str(cell.value)
                assert [f"{sheet}!$G$2" in formula or f"{sheet}!$M$2" in formula for sheet in SHEETS] == [True] * 3
    assert values(openpyxl.load_workbook(tmp_path / "out.xlsx", data_only=True)["Summary"], "created")[:2] == [5, 52.5]


def test_a_report_over_several_sheets_is_still_known_for_one(tmp_path: Path) -> None:
    write_report(tmp_path / "out.xlsx", report([row(2), row(3), row(4)]), most=1)
    with pytest.raises(UnreadableSheet, match="report"):
        read(tmp_path / "out.xlsx")


def test_a_run_without_rows_has_a_report(tmp_path: Path) -> None:
    book = written(tmp_path, report([], calls=()))
    assert book["Attention"]["A2"].value == "Nothing needs a person."
    assert values(book["Summary"], "Sum of the statuses")[:2] == [0, 0]


def test_a_failure_among_the_rows_leaves_the_old_report_and_nothing_else(tmp_path: Path) -> None:
    def broken() -> Iterator[ReportRow]:
        yield row(2)
        raise RuntimeError("the ledger is gone")

    (tmp_path / "out.xlsx").write_text("old")
    with pytest.raises(RuntimeError, match="ledger"):
        write_report(tmp_path / "out.xlsx", replace(report([]), rows=broken()))
    assert [path.name for path in tmp_path.iterdir()] == ["out.xlsx"]
    assert (tmp_path / "out.xlsx").read_text() == "old"


def test_statuses_at_the_gateway_come_first_in_the_totals() -> None:
    assert set(STATUS_ORDER[: len(AT_GATEWAY)]) == AT_GATEWAY
    assert sorted(STATUS_ORDER) == sorted(RowStatus)


def test_the_same_report_gives_the_same_bytes(tmp_path: Path) -> None:
    contents = []
    for name in ("one.xlsx", "two.xlsx"):
        write_report(tmp_path / name, report(EVERY_STATUS))
        contents.append((tmp_path / name).read_bytes())
    assert contents[0] == contents[1]


def test_arabic_words_are_set_from_the_right(tmp_path: Path) -> None:
    said = "E11: القيمة ليست رقم هاتف."
    bad = row(2, RowStatus.INVALID, reason=said, remedy="اكتب أرقاما فقط.", needs_person=True)
    book = written(tmp_path, report([bad, row(3)], notes=[("A7", "الصف 7 اعتُبر ملاحظة."), ("B8", "A note.")]))
    for cell in (book["Rows"]["H2"], book["Attention"]["F2"], book["Attention"]["G2"]):
        assert cell.alignment.readingOrder == 2
    assert book["Rows"]["C2"].alignment.readingOrder == 0
    notes = {cell.value: cell.alignment.readingOrder for cells in book["Summary"] for cell in cells}
    assert (notes["الصف 7 اعتُبر ملاحظة."], notes["A note."]) == (2, 0)
