"""A sheet after a sheet, as an accountant sends them: what looks like an invoice of last time is stopped or said."""

from __future__ import annotations

from whole_tool import Tool, table

from batchinvoice.emulator.process import RunningEmulator


def row(reference: str, amount: float = 120.5, mobile: str = "66100201") -> list[object]:
    return [reference, "Noura", mobile, amount, "noura@example.com", "link"]


def references(gateway: RunningEmulator) -> list[str]:
    return sorted(invoice["reference_number"] for invoice in gateway.truth()["invoices"])


def test_zeros_that_excel_dropped_hold_the_row(tool: Tool, gateway: RunningEmulator) -> None:
    assert tool("run", tool.sheet("a.xlsx", [row("007"), row("008", 9, "66100202")])).returncode == 0
    done = tool("run", tool.sheet("b.xlsx", [row("7"), row("009", 8, "66100203")]))
    assert done.returncode == 1, done.stderr
    assert "Invoices!A2 " in done.stdout
    assert "“007” (run " in done.stdout
    assert references(gateway) == ["007", "008", "009"]
    [corrections] = (tool.folder / "reports").glob("*.corrections.xlsx")
    assert [each["Reference Number"] for each in table(corrections, "Invoices")] == ["7"]


def test_odd_amounts_are_said_and_sent(tool: Tool, gateway: RunningEmulator) -> None:
    tool("run", tool.sheet("a.xlsx", [row("A-1", 12.05), row("B-1", 5, "66100202")]))
    sheet = tool.sheet("b.xlsx", [row("A-2", 120.5), row("B-2", 5, "66100202")])
    plan = tool("plan", sheet)
    assert plan.returncode == 0
    assert "120.500 KWD is 10 times this customer's last invoice (12.050 KWD, “A-1”)" in plan.stdout
    assert "an invoice of the same amount under “B-1” (run " in plan.stdout
    done = tool.json("run", sheet)
    assert (done["status"], done["rows"]["created"]) == ("complete", 2)
    assert {issue["code"] for issue in done["issues"]} == {"amount-times", "amount-same"}
    report = {each["Reference"]: each for each in table(tool.folder / done["report"], "Rows")}
    assert "10 times" in report["A-2"]["Reason"]
    assert "“B-1”" in report["B-2"]["Reason"]
    assert references(gateway) == ["A-1", "A-2", "B-1", "B-2"]
