"""Ten accountants' sheets, as messy as real ones: each from its file to corrections that are mended and done."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "whole"))

import sheet_charity
import sheet_clinic
import sheet_gym
import sheet_landlord
import sheet_law_office
import sheet_nursery
import sheet_school
import sheet_telecom
import sheet_wholesaler
import sheet_workshop
from accountant_office import ARABIC, ENGLISH, YEAR
from accountant_play import PROPOSED, TAKEN_OUT, Made, codes, made, refused, run_and_mend, type_over
from terminal import at_a_terminal
from whole_tool import Tool

from batchinvoice.emulator.process import RunningEmulator

LINK = {"BATCHINVOICE_DELIVERY": "link"}


def maps(**columns: str) -> list[str]:
    """What to say of headings that are not known: each column by a name of it, and what the sheet calls it."""
    return [word for meant, heading in columns.items() for word in ("--map", f"{heading}={meant}")]


def of_customers(references: str, names: tuple[str, ...], amounts: dict[int, str]) -> Made:
    """What is to be made, by the number of the customer: `references` is the form of the reference."""
    return {references.format(n=n): (names[n], f"{96566100200 + n}", amount) for n, amount in amounts.items()}


def test_a_school(tool: Tool, gateway: RunningEmulator) -> None:
    sheet = sheet_school.make(tool.folder)
    unattended = refused(tool, gateway, sheet)
    assert "no column “Customer Name” (perhaps “Student Name” is meant)" in unattended
    assert '--map "…=Mobile Number" --map "…=Amount"' in unattended
    words = maps(customer="Student Name", mobile="Parent Mobile", amount="Fees (KD)")
    assert codes(tool, sheet, *words) == {
        *("phone-implausible", "amount-ambiguous", "date-ambiguous", "cell-empty", "amount-unreadable"),
        *("rows-blank", "row-total-unread", "row-note", "column-unknown", "column-confirmed"),
    }
    first, second = run_and_mend(
        tool,
        sheet,
        {
            (9, "Parent Mobile"): PROPOSED,
            (11, "Fees (KD)"): 450,
            (12, "Due Date"): f"{YEAR}-04-05",
            (19, "Parent Mobile"): "66100210",
            (26, "Student Name"): ENGLISH[15],
            (28, "Fees (KD)"): TAKEN_OUT,
        },
        *words,
    )
    assert (first, second) == ({"total": 18, "created": 12, "invalid": 6}, {"total": 5, "created": 5})
    fees = {n: "412.500" if n in (8, 12, 16) else "450.000" for n in range(1, 19) if n != 17}
    assert made(gateway) == of_customers("T2-{n:03}", ENGLISH, fees)
    assert len(gateway.truth()["texts"]) == 17


def test_a_clinic(tool: Tool, gateway: RunningEmulator) -> None:
    sheet = sheet_clinic.make(tool.folder)
    words = maps(customer="اسم المراجع")
    assert codes(tool, sheet, *words) == {
        *("total-differs", "phone-unreadable", "date-unreadable", "cell-empty", "repeat-differs"),
        *("row-note", "column-unknown", "column-confirmed"),
    }
    told = refused(tool, gateway, sheet, *words)
    assert "405.000" in told
    assert "16983.000" in told
    type_over(sheet, {"F9": 17})
    first, second = run_and_mend(
        tool,
        sheet,
        {
            (11, "رقم الهاتف"): PROPOSED,
            (14, "رقم الهاتف"): "66100209",
            (15, "تاريخ الاستحقاق (يوم/شهر/سنة)"): f"٣١/٣/{YEAR}",
            (18, "اسم المراجع"): ARABIC[13],
            (20, "رقـم الفاتورة"): "ش-1015",
        },
        *words,
        **LINK,
    )
    assert (first, second) == (
        {"total": 20, "created": 14, "invalid": 4, "held": 2},
        {"total": 6, "created": 6},
    )
    fees = {n: f"{15 + n * 0.5:.3f}" for n in range(1, 21)}
    expected = of_customers("{n}", ARABIC, fees)
    assert made(gateway) == {f"ش-{1000 + int(n)}": told for n, told in expected.items()}


def test_a_gym(tool: Tool, gateway: RunningEmulator) -> None:
    sheet = sheet_gym.make(tool.folder)
    words = maps(reference="Membership Ref", customer="Member Name")
    unattended = refused(tool, gateway, sheet, *words)
    assert "10, 16, 22" in unattended
    assert "--skip-hidden" in unattended
    assert "21 invoices" not in unattended  # they are 21 without the hidden rows
    found = codes(tool, sheet, *words)
    assert found == {
        *("rows-hidden", "phone-unreadable", "amount-decimals", "email-needed", "email-bad", "amount-not-positive"),
        *("column-unknown", "column-confirmed"),
    }
    code, shown = at_a_terminal(tool, "a\n", "run", sheet.name, *words)
    assert (code, made(gateway)) == (3, {})
    assert "Skip them, invoice them too, or abort?" in shown
    first, second = run_and_mend(
        tool,
        sheet,
        {
            (7, "Mobile #"): PROPOSED,
            (9, "Amount Due (KWD)"): 27.5,
            (12, "E-mail"): "member7@example.com",
            (14, "E-mail"): PROPOSED,
            (19, "Amount Due (KWD)"): TAKEN_OUT,
        },
        *words,
        "--skip-hidden",
    )
    assert (first, second) == ({"total": 21, "created": 16, "invalid": 5}, {"total": 4, "created": 4})
    fees = {n: "35.000" if n % 2 else "27.500" for n in range(1, 25) if n not in (5, 11, 14, 17)}
    expected = of_customers("{n}", (*ENGLISH, ENGLISH[0]), fees)
    expected["18"] = (ENGLISH[18], "96566100217", "27.500")
    assert made(gateway) == {f"{int(n) + 70:05}": told for n, told in expected.items()}


def test_a_landlord(tool: Tool, gateway: RunningEmulator) -> None:
    sheet = sheet_landlord.make(tool.folder)
    words = maps(customer="Tenant / المستأجر", amount="Rent / الإيجار")
    assert "“November”, “October”" in refused(tool, gateway, sheet, *words)
    words += ["--sheet", "November"]
    assert codes(tool, sheet, *words) == {
        *("phone-unreadable", "cell-empty", "date-unreadable", "rows-blank", "row-note", "row-total"),
        *("column-unknown", "column-confirmed", "sheet-unused"),
    }
    mends = {(8, "Tel / الهاتف"): PROPOSED, (18, "Tel / الهاتف"): "66100210", (23, "Due Date"): f"{YEAR}-01-05"}
    first, second = run_and_mend(tool, sheet, mends, *words, **LINK)
    assert (first, second) == ({"total": 16, "created": 13, "invalid": 3}, {"total": 3, "created": 3})
    rents = {n: f"{250 + 10 * ((n - 1) % 8 + 1)}.000" for n in range(1, 17)}
    expected = of_customers("R11-{n:02}", ENGLISH, rents)
    expected["R11-14"] = ("Mohammed Iqbal (office)", "96566100214", "310.000")
    assert made(gateway) == expected
    calls = [call["payload"] for call in gateway.truth()["calls"] if call["name"] == "create"]
    assert "do not renew" not in str(calls)  # a note of the office is not for the tenant


def test_a_charity(tool: Tool, gateway: RunningEmulator) -> None:
    sheet = sheet_charity.make(tool.folder)
    words = maps(reference="رقم الكفالة", customer="اسم المتبرع", amount="مبلغ الاستقطاع")
    assert codes(tool, sheet, *words) == {
        *("amount-ambiguous", "email-bad", "phone-unreadable", "date-unreadable"),
        *("row-note", "column-unknown", "column-confirmed"),
    }
    mends = {
        (11, "مبلغ الاستقطاع"): PROPOSED,
        (15, "البريد الالكتروني"): PROPOSED,
        (17, "الجوال"): PROPOSED,
        (21, "تاريخ الانتهاء"): f"{YEAR}-04-30",
    }
    first, second = run_and_mend(tool, sheet, mends, *words, **LINK)
    assert (first, second) == ({"total": 22, "created": 18, "invalid": 4}, {"total": 4, "created": 4})
    expected = of_customers("ك/{n:03}", ARABIC, dict.fromkeys(range(1, 23), "18.750"))
    expected["ك/003"] = (ARABIC[3], "971501234567", "18.750")
    expected["ك/004"] = (ARABIC[4], "966501234567", "18.750")
    expected["ك/014"] = ("سارة جمال", "96566100214", "18.750")
    assert made(gateway) == expected


def test_a_workshop(tool: Tool, gateway: RunningEmulator) -> None:
    sheet = sheet_workshop.make(tool.folder)
    words = maps(reference="Job Card No")
    assert "22 (1 in all, 72.400 KWD)" in refused(tool, gateway, sheet, *words)
    assert codes(tool, sheet, *words) == {
        *("rows-hidden", "cell-error", "amount-decimals", "phone-implausible", "row-total-unread", "row-note"),
        *("column-unknown", "column-confirmed"),
    }
    mends = {(9, "Net Amount"): 28.35, (13, "Net Amount"): PROPOSED, (16, "Mobile No."): 66100212}
    first, second = run_and_mend(tool, sheet, mends, *words, "--skip-hidden", **LINK)
    assert (first, second) == ({"total": 19, "created": 16, "invalid": 3}, {"total": 3, "created": 3})
    jobs = {n: f"{(n * 3350 + 12100 - (0 if n % 5 else 500)) / 1000:.3f}" for n in range(1, 21) if n != 18}
    expected = of_customers("{n}", ENGLISH, {**jobs, 9: "31.164"})
    assert made(gateway) == {f"JC{5000 + int(n)}": told for n, told in expected.items()}
    assert "angry" not in str(gateway.truth()["calls"])


def test_a_law_office(tool: Tool, gateway: RunningEmulator) -> None:
    sheet = sheet_law_office.make(tool.folder)
    assert '--map "…=Amount"' in refused(tool, gateway, sheet)
    words = maps(amount="Fees Due")
    assert codes(tool, sheet, *words) == {
        *("phone-unreadable", "amount-unreadable", "date-ambiguous", "email-bad", "text-long"),
        *("row-note", "column-unknown", "column-confirmed"),
    }
    mends = {
        (8, "Tel."): "66100204",
        (9, "Fees Due"): 1250.5,
        (10, "Fees Due"): "231.750",
        (11, "Valid Until"): f"{YEAR}-05-04",
        (12, "Email Address"): PROPOSED,
        (13, "Fees Due"): "125",
        (14, "Client Name"): "The Estate of A. M. Al-Something",
    }
    first, second = run_and_mend(tool, sheet, mends, *words, **LINK)
    assert (first, second) == ({"total": 18, "created": 11, "invalid": 7}, {"total": 7, "created": 7})
    fees = {n: f"{n * 125}.000" for n in range(1, 19)}
    fees |= {1: "1250.500", 5: "1250.500", 6: "231.750", 9: "125.000"}
    expected = of_customers(f"DLF/{YEAR}/{{n:03}}", ENGLISH, fees)
    expected[f"DLF/{YEAR}/002"] = ('Gulf "Star" Trading Co. W.L.L.', "96566100202", "250.000")
    expected[f"DLF/{YEAR}/003"] = (ENGLISH[3], "442079460018", "375.000")
    expected[f"DLF/{YEAR}/010"] = ("The Estate of A. M. Al-Something", "96566100210", "1250.000")
    assert made(gateway) == expected


def test_a_nursery(tool: Tool, gateway: RunningEmulator) -> None:
    sheet = sheet_nursery.make(tool.folder)
    words = maps(
        reference="رقم الإيصال Receipt No",
        customer="ولي الأمر Parent",
        mobile="هاتف ولي الأمر Mobile",
        amount="الرسوم Fees",
    )
    assert '--map "…=Amount"' in refused(tool, gateway, sheet)
    assert codes(tool, sheet, *words) == {
        *("total-unsure", "amount-unreadable", "date-ambiguous", "repeat-differs", "amount-same"),
        *("row-note", "column-unknown", "column-confirmed"),
    }
    assert "1520.000" in refused(tool, gateway, sheet, *words)
    type_over(sheet, {"E9": 95})
    assert "9405.000" in refused(tool, gateway, sheet)
    type_over(sheet, {"E15": 95})
    mends = {(10, "تاريخ الاستحقاق Due Date"): f"{YEAR}-02-01", (13, "رقم الإيصال Receipt No"): 810}
    first, second = run_and_mend(tool, sheet, mends, **LINK)
    assert (first, second) == (
        {"total": 16, "created": 13, "invalid": 1, "held": 2},
        {"total": 3, "created": 3},
    )
    families = [1, 2, 2, 3, 4, 4, 4, 5, 6, 7, 7, 8, 9, 9, 10, 10]
    assert made(gateway) == {
        str(800 + n): (ARABIC[family], f"{96566100200 + family}", "95.000") for n, family in enumerate(families, 1)
    }


def test_a_wholesaler(tool: Tool, gateway: RunningEmulator) -> None:
    sheet = sheet_wholesaler.make(tool.folder)
    assert codes(tool, sheet) == {
        *("item-amount-differs", "item-bad", "quantity-bad", "items-below-amount", "cell-empty", "item-incomplete"),
        *("phone-unreadable", "item-row", "reference-like", "row-note", "column-unknown"),
    }
    mends = {
        (7, "Line Total"): 8.25,
        (10, "Qty"): PROPOSED,
        (14, "Invoice No"): "SI-0004",
        (18, "Invoice Amount"): 106.85,
        (22, "Item Name"): "Basmati rice 20 kg",
        (27, "Telephone"): "66100209",
    }
    first, second = run_and_mend(tool, sheet, mends, **LINK)
    assert first == {"total": 30, "created": 4, "duplicate": 8, "invalid": 18}
    assert second == {"total": 18, "created": 6, "duplicate": 12}
    prices = (8.25, 1.45, 3.6, 2.75)
    amounts = {n: sum(prices[(n + at) % 4] * (n + at) for at in range(3)) for n in range(1, 11)}
    assert made(gateway) == {
        f"SI-{n:04}": (sheet_wholesaler.CUSTOMERS[n - 1], f"{96566100200 + n}", f"{amount:.3f}")
        for n, amount in amounts.items()
    }
    calls = [call["payload"] for call in gateway.truth()["calls"] if call["name"] == "create"]
    assert {len(payload["itemsList"]) for payload in calls} == {3}


def test_a_telecom_reseller(tool: Tool, gateway: RunningEmulator) -> None:
    sheet = sheet_telecom.make(tool.folder)
    words = maps(reference="DOC_NO")
    assert "amount-ambiguous" in codes(tool, sheet, *words)
    comma = {**LINK, "BATCHINVOICE_DECIMAL_MARK": ","}
    tool.settings |= comma
    assert codes(tool, sheet, *words) == {
        *("phone-exponent", "cell-empty", "currency-other", "date-unreadable", "amount-not-positive"),
        *("header-repeated", "row-total", "row-count", "column-unknown", "column-confirmed"),
    }
    mends = {
        (6, "MOBILE_NO"): "96566100205",
        (13, "MOBILE_NO"): "66100212",
        (15, "CURRENCY"): "KWD",
        (22, "DUE_DATE"): None,
        (27, "AMOUNT"): "925,250",
    }
    first, second = run_and_mend(tool, sheet, mends, *words)
    assert (first, second) == ({"total": 30, "created": 25, "invalid": 5}, {"total": 5, "created": 5})
    bills = {n: f"{n * 37}.250" for n in range(1, 31)}
    names = (*ARABIC, *ARABIC[:7])
    expected = of_customers("{n}", names, {**bills, 9: "1345.250"})
    expected["17"] = ("شركة الأفق; للاتصالات", "96566100217", "629.250")
    assert made(gateway) == {f"00{40000 + int(n)}": told for n, told in expected.items()}
