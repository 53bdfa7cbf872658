"""What each issue says, in English: the catalogue of words; `arabic.py` has the same in Arabic."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from batchinvoice.invoices.codes import Code, Severity


class Words(NamedTuple):
    """How an issue is said: `wrong` and `remedy` are templates; `wording` tells how parameters fill them."""

    wrong: str
    remedy: str
    severity: Severity = Severity.ERROR


_WARN = Severity.WARNING

CATALOGUE: Mapping[Code, Words] = {
    Code.COLUMN_UNKNOWN: Words(
        "The column “{value}” is not known and is not used.",
        "Rename it if it was meant for one of the template's columns{near}; otherwise leave it.",
        _WARN,
    ),
    Code.COLUMN_CONFIRMED: Words(
        "The column “{value}” was confirmed to mean {field}.",
        'Nothing to do, if that is right; else: --map "{value}="',
        _WARN,
    ),
    Code.COLUMN_HIDDEN: Words(
        "The column “{value}” is hidden in the sheet; it is used all the same.",
        "Unhide it and look at it, or take it out if it was not meant.",
        _WARN,
    ),
    Code.SHEET_UNUSED: Words(
        "The sheet “{value}” holds invoices too{hidden} and is not used.",
        "If it is meant: --sheet “{value}”.",
        _WARN,
    ),
    Code.ROWS_HIDDEN: Words(
        "The sheet hides rows, by hand or by a filter: {rows} ({count} in all, {amount} KWD).",
        "Say whether they are meant: --skip-hidden leaves them out, --include-hidden invoices them. Or unhide or delete them in the sheet.",
    ),
    Code.HIDDEN_SKIPPED: Words(
        "Hidden rows were left out, as asked: {rows} ({count} in all, {amount} KWD).",
        "Nothing to do, if that is right.",
        _WARN,
    ),
    Code.HIDDEN_INCLUDED: Words(
        "Hidden rows are treated like the others, as asked: {rows} ({count} in all, {amount} KWD).",
        "Nothing to do, if that is right.",
        _WARN,
    ),
    Code.ITEMS_HIDDEN: Words(
        "The sheet hides items, by hand or by a filter: {rows} ({count} in all).",
        "Say whether they are meant: --skip-hidden leaves them out, --include-hidden takes them as they are. Or unhide or delete them in the sheet.",
    ),
    Code.ITEMS_SKIPPED: Words(
        "Hidden items were left out, as asked: {rows} ({count} in all).", "Nothing to do, if that is right.", _WARN
    ),
    Code.ITEMS_INCLUDED: Words(
        "Hidden items are treated like the others, as asked: {rows} ({count} in all).",
        "Nothing to do, if that is right.",
        _WARN,
    ),
    Code.HEADER_REPEATED: Words(
        "The header stands again in the rows {rows}; they are not invoices.", "Nothing to do.", _WARN
    ),
    Code.HEADER_OTHER: Words(
        "Row {row} is another header, whose columns stand elsewhere than those of row {first}: what is below it cannot be told.",
        "Put that table on a sheet or in a file of its own. Nothing is sent before that.",
    ),
    Code.ROW_TOTAL: Words(
        "Row {row} is a total and not an invoice; its {value} KWD is what the rows above it come to.",
        "Nothing to do.",
        _WARN,
    ),
    Code.ROW_COUNT: Words(
        "Row {row} says how many invoices there are and is none itself; {value} is right.", "Nothing to do.", _WARN
    ),
    Code.ROW_NOTE: Words(
        "Row {row} is taken for a note, not for an invoice: “{value}”.",
        "Nothing to do, unless it is an invoice: then fill in its cells.",
        _WARN,
    ),
    Code.ROW_TOTAL_UNREAD: Words(
        "Row {row} is a total and not an invoice; its formula has no result, so that it is not compared.",
        "If it is to be compared, mend the formula, open the file in Excel and save it.",
        _WARN,
    ),
    Code.ROWS_BLANK: Words(
        "Nothing stands in any column that is used in the rows {rows}; they are no invoices.", "Nothing to do.", _WARN
    ),
    Code.TOTAL_DIFFERS: Words(
        "{said} {value} KWD, but the rows come to {amount} KWD (difference {difference}){repeated}.",
        "Find the row that is missing, doubled or changed, or correct the total. If the rows are right, say so: --expect-total {amount}. Nothing is sent before that.",
    ),
    Code.TOTAL_UNSURE: Words(
        "{said} {value} KWD, but the amounts of the rows {rows} cannot be read, so that it cannot be compared.",
        "Mend those amounts first. Nothing is sent before they agree.",
    ),
    Code.SLIP_OVERRULED: Words(
        "The sheet says {value} here; what you said of the rows yourself agrees with them, and counts for more.",
        "Nothing to do, if that is right.",
        _WARN,
    ),
    Code.SECTION_DOUBT: Words(
        "Row {row} says “{value}”, so that it is not certain whether the rows below it are meant.",
        "Take those rows out, or this one if they are meant. Nothing is sent before that.",
    ),
    Code.ROW_DONE: Words(
        "The column “{column}” says “{value}”, so that it is not certain whether this row is meant.",
        "Take the row out, or empty this cell if the invoice is to be sent.",
    ),
    Code.COUNT_DIFFERS: Words(
        "{said} {value} invoices, but the sheet has {count}.",
        "Find the row that is missing or doubled, or correct the number. Nothing is sent before they agree.",
    ),
    Code.CELL_ERROR: Words("The cell holds the error {value}.", "Mend the formula, or type the value itself."),
    Code.FORMULA_EMPTY: Words(
        "The cell holds a formula whose result was never stored.", "Open the file in Excel, save it and run again."
    ),
    Code.CELL_EMPTY: Words("{heading} is empty.", "Fill it in; every invoice needs it."),
    Code.TEXT_LONG: Words("{length} characters, but the gateway takes at most {limit}.", "Shorten it."),
    Code.NUMBER_LOSSY: Words(
        "Excel keeps this as a number and has lost its last digits.",
        "Format the cell as Text and type the whole value again.",
    ),
    Code.NUMBER_FRACTION: Words(
        "“{value}” is a number with decimals, which cannot be a {heading}.",
        "Format the cell as Text and type it again{proposal}.",
    ),
    Code.TEXT_IS_DATE: Words(
        "Excel has turned this into the date or time {value}.",
        "Format the cell as Text and type it again.",
    ),
    Code.INVOICE_ID_BAD: Words(
        "“{value}” is not an invoice ID; the gateway's IDs are whole numbers.",
        "Copy the ID from the report{proposal}, or empty the cell to make a new invoice.",
    ),
    Code.PHONE_UNREADABLE: Words("“{value}” is not a phone number.", "Write digits only, as 66666666{proposal}."),
    Code.PHONE_EXPONENT: Words(
        "“{value}” is a phone number that Excel shortened; its last digits are lost.",
        "Format the cell as Text and type the number again.",
    ),
    Code.PHONE_IMPLAUSIBLE: Words(
        "“{value}” cannot be a phone number of country +{country}{why}.",
        "Check the digits. For another country write +, the country code and the number{proposal}.",
    ),
    Code.PHONE_UNUSUAL: Words(
        "“{value}” has the right length but no number of country +{country} begins like that.",
        "Check it; the invoice is sent as it stands.",
        _WARN,
    ),
    Code.PHONE_COUNTRY: Words(
        "The number begins with +{found}, but Country Code says {country}.",
        "Correct one of the two, or empty Country Code.",
    ),
    Code.COUNTRY_CODE_BAD: Words(
        "“{value}” is not a country's dialling code.", "Write digits as 965{proposal}, or leave it empty."
    ),
    Code.EMAIL_BAD: Words("“{value}” is not an e-mail address.", "Write one address, as name@example.com{proposal}."),
    Code.EMAIL_NEEDED: Words("Delivery is email, but Email is empty.", "Give the address, or choose another delivery."),
    Code.AMOUNT_UNREADABLE: Words(
        "“{value}” is not an amount.", "Write digits and the decimal mark alone, as {example}{proposal}."
    ),
    Code.AMOUNT_DECIMALS: Words(
        "{value} has more than three decimals; a dinar has 1000 fils, and amounts are never rounded.",
        "Give it with at most three decimals{proposal}.",
    ),
    Code.AMOUNT_AMBIGUOUS: Words(
        "“{value}” can be read in two ways{readings}: as thousands, or as dinars and fils.",
        "Write it with a point and nothing between the thousands{proposal}; or say once for all which mark begins the fils: BATCHINVOICE_DECIMAL_MARK in the settings.",
    ),
    Code.AMOUNT_NOT_POSITIVE: Words(
        "The amount is {value}, but the least is {limit} KWD.", "Give an amount of at least that."
    ),
    Code.AMOUNT_LARGE: Words(
        "The amount is {value}, more than the limit of {limit} KWD.",
        "Check it. If it is right, raise BATCHINVOICE_AMOUNT_MAX in the settings.",
    ),
    Code.AMOUNT_MERGED: Words(
        "The cell is merged over several invoices; what each of them is to pay is not certain.",
        "Unmerge it, and give each invoice its own amount.",
    ),
    Code.SHOWN_OTHERWISE: Words(
        "The cell holds {value}, but its number format makes Excel show “{shown}”; which of them is meant is not certain.",
        "Choose the number format Number for the cell, and write what is meant in it: amounts in KWD.",
    ),
    Code.QUANTITY_BAD: Words("“{value}” is not a quantity.", "Write a whole number of 1 or more{proposal}."),
    Code.DATE_UNREADABLE: Words("“{value}” is not a date.", "Write it as year-month-day, as 2026-12-31{proposal}."),
    Code.DATE_AMBIGUOUS: Words(
        "“{value}” can be read as {first} or {second}.",
        "Write it as year-month-day, as {first}, or add the order to the heading once for all: (dd/mm/yyyy).",
    ),
    Code.DATE_SERIAL: Words(
        "“{value}” may be the number by which Excel keeps a date.", "Write it as year-month-day{proposal}."
    ),
    Code.DATE_PAST: Words(
        "{value} is in the past (today is {today} in Kuwait).", "Give a later date, or empty the cell."
    ),
    Code.DATE_FAR: Words("{value} is more than {years} years away.", "Check the year."),
    Code.CHOICE_UNKNOWN: Words(
        "“{value}” is not one of: {choices}.", "Choose one of them{proposal}, or empty the cell."
    ),
    Code.PAYMENT_METHOD_UNKNOWN: Words(
        "“{value}” is not a payment method.", "Use numbers or names from: {choices}{proposal}."
    ),
    Code.DELIVERY_CONFLICT: Words(
        "The columns about delivery contradict each other: {detail}.",
        "Keep Delivery and empty Invoice Type and Invoice Sub Type.",
    ),
    Code.MERCHANT_OTHER: Words(
        "The row is for merchant {value}, but the settings are for merchant {merchant}.",
        "Take the row out, or run it with that merchant's settings.",
    ),
    Code.CURRENCY_OTHER: Words(
        "The amount is in {value}, but invoices are made in KWD.",
        "Give the amount in KWD and write KWD here, or take the row out.",
    ),
    Code.ITEM_INCOMPLETE: Words(
        "An item needs a name, and a rate or an amount that is a whole number of fils for each piece.",
        "Fill them in, or take the item out.",
    ),
    Code.ITEM_AMOUNT_DIFFERS: Words(
        "The item's amount is {value}, but rate × quantity is {expected}.", "Correct one of the three."
    ),
    Code.ITEM_AMOUNT_FRACTION: Words(
        "Rate × quantity is {value}, which is no whole number of fils.", "Correct the rate or the quantity."
    ),
    Code.ITEM_ROW: Words("An item of the invoice in row {first}, which counts.", "Nothing to do.", _WARN),
    Code.ITEM_ROWS_DIFFER: Words(
        "The rows {rows} are items of one invoice, “{value}”, but they differ in {fields}.",
        "Say the same in each of them, or only in the first. Amount is that of the whole invoice; what one item costs is its Item Amount.",
    ),
    Code.ITEM_ROWS_TOTAL: Words(
        "The rows {rows} of “{value}” each give the amount {amount}, but their items come to {total}: whether it is the whole invoice's or one item's is not certain.",
        "Give the whole invoice's amount in each row, or only in the first{proposal}. What one item costs is its Item Amount.",
    ),
    Code.ITEMS_TWICE: Words(
        "An item of this invoice stands beside it and again on the sheet of items.", "Keep it in one of the two places."
    ),
    Code.ITEMS_ABOVE_AMOUNT: Words(
        "The items come to {value} KWD, more than the invoice's {amount} KWD.",
        "Check it; the customer is asked for the invoice's amount.",
        _WARN,
    ),
    Code.ITEM_ROW_REPEATED: Words(
        "The same item stands in rows {rows}; it is not certain whether it is meant once or several times.",
        "Keep one row and give its Item Quantity, or correct the invoice's Amount to what the items come to.",
    ),
    Code.ITEM_ORPHAN: Words(
        "No invoice of this sheet has the reference “{value}”.", "Correct the reference, or take the item out."
    ),
    Code.ITEM_BAD: Words("One of this invoice's items is not right (sheet {sheet}, row {item_row}).", "Mend the item."),
    Code.ITEMS_BELOW_AMOUNT: Words(
        "The items come to {value} KWD, less than the invoice's {amount} KWD.",
        "The gateway wants items of at least the invoice's amount: correct the items or the amount.",
    ),
    Code.REPEAT_IDENTICAL: Words(
        "The same as row {first}.", "Nothing to do: the invoice of row {first} counts.", _WARN
    ),
    Code.REPEAT_DIFFERS: Words(
        "The reference “{value}” stands in rows {rows} with different contents.",
        "Give each invoice its own reference, or keep only the right row. Several items of one invoice go on the sheet Items.",
    ),
    Code.REFERENCE_LIKE: Words(
        "The reference looks like “{other}” ({where}), but is not the same.",
        "If it is the same invoice, write the reference in the same way; otherwise nothing is to be done.",
        _WARN,
    ),
    Code.REFERENCE_LIKE_SAME: Words(
        "The reference looks like “{other}” ({where}), which is for the same customer: probably one invoice written in two ways.",
        "If it is the same invoice, write the reference in the same way; if not, give it a reference that differs by more than capitals, zeros or signs.",
    ),
    Code.REFERENCE_LIKE_FORGOTTEN: Words(
        "The reference looks like “{other}” ({where}), whose customer is no longer known, because its personal data was removed: perhaps one invoice written in two ways.",
        "If it is the same invoice, write the reference in the same way; if not, give it a reference that differs by more than capitals, zeros or signs.",
    ),
    Code.AMOUNT_TIMES: Words(
        "{value} KWD is {times} times this customer's last invoice ({last} KWD, “{other}”).",
        "Check the decimal point; the invoice is sent as it stands.",
        _WARN,
    ),
    Code.AMOUNT_SAME: Words(
        "The same customer has an invoice of the same amount under “{other}” ({where}).",
        "Check that it is not the same invoice under two references; it is sent as it stands.",
        _WARN,
    ),
    Code.ID_REPEATED: Words("Invoice ID {value} stands in rows {rows}.", "Keep only the row that is right."),
    Code.ID_CONFLICT: Words(
        "Invoice ID {value} belongs to the reference “{owner}”, and “{reference}” is the invoice {other}.",
        "Correct the Invoice ID or the reference; nothing was sent.",
    ),
    Code.ID_UNKNOWN: Words(
        "Invoice ID {value} was not made with this tool, so it cannot be compared before it is changed.",
        "Check that the ID is this customer's. The gateway is asked first whether this ID has this reference, unless --trust-ids is given.",
        _WARN,
    ),
    Code.ID_OTHER: Words(
        "At the gateway, invoice {value} has the reference “{owner}”, not “{reference}”; nothing was sent.",
        "Correct the Invoice ID or the reference. If this invoice is meant, and is to get this reference, run the row with --trust-ids.",
    ),
    Code.ID_UNSEEN: Words(
        "The gateway does not show whose invoice {value} is ({answer}), so nothing was sent.",
        "Correct the Invoice ID, or take it out to make a new invoice. If you have seen in the gateway's panel that it is right, run the row with --trust-ids.",
    ),
    Code.ID_PAID: Words(
        "At the gateway, invoice {value} is paid already, so it was not changed.",
        "Take the row out. What the customer owes besides is a new invoice: a new reference, and no Invoice ID.",
    ),
    Code.ID_CANCELLED: Words(
        "At the gateway, invoice {value} has been cancelled, so it was not changed: nobody could pay it.",
        "Take the row out, or take out the Invoice ID and give it a new reference to make a new invoice.",
    ),
    Code.INVOICE_FORGOTTEN: Words(
        "The invoice of this reference was made long ago ({where}), and its personal data was removed, so it cannot be told what is to be changed.",
        "If it is a new invoice, give it a new reference; if it is the old one, change it in the gateway's panel.",
    ),
    Code.UPDATE_CANNOT: Words(
        "The invoice exists already, and its {fields} cannot be changed at the gateway{change}.",
        "Put back the old value, or cancel the invoice and make a new one under a new reference.",
    ),
    Code.UPDATE_NEEDS_EMAIL: Words(
        "The invoice exists already and would be changed, but the gateway wants an e-mail for a change.",
        "Fill in Email.",
    ),
    Code.OUTCOME_UNKNOWN: Words(
        "The gateway's answer was lost, so the invoice may or may not exist{detail}.",
        "“batchinvoice resume” looks for it at the gateway, and sends it again only when it is certainly not there.",
    ),
    Code.CHANGE_UNKNOWN: Words(
        "The gateway's answer to the change was lost, so the invoice may or may not have been changed.",
        "“batchinvoice resume” repeats it; a change can be repeated without harm.",
    ),
    Code.LOOK_UP_FAILED: Words(
        "The answer was lost, and looking for the invoice at the gateway did not succeed: {detail}",
        "Nothing is sent again before it is certain. When the gateway works: batchinvoice resume",
    ),
    Code.LOOK_UP_BLIND: Words(
        "The answer was lost, and whether the invoice is there cannot be told: the gateway's look-up does not even show invoices that were certainly made.",
        "Look for the reference in the gateway's panel. If it is there, write its ID into the column Invoice ID; if not, give the row a new reference and put the old row to rest (batchinvoice resume {run} --give-up {row}). Then run the sheet.",
    ),
    Code.SEVERAL_AT_GATEWAY: Words(
        "The answer was lost, and the gateway has {count} invoices of this reference: {ids}.",
        "Look at them in the gateway's panel and cancel all but one, then: batchinvoice resume",
    ),
    Code.OTHER_AT_GATEWAY: Words(
        "The answer was lost, and the gateway has an invoice of this reference, ID {value}, over {amount} instead of {expected} KWD.",
        "Look at it in the gateway's panel. If it is meant to be this one, write its ID into the column Invoice ID; if not, give the row a new reference and put the old row to rest (batchinvoice resume {run} --give-up {row}). Then run the sheet.",
    ),
    Code.CANCELLED_AT_GATEWAY: Words(
        "The answer was lost, and the gateway's invoice of this reference, ID {value}, has been cancelled.",
        "If it is to be made again, give the row a new reference and run the sheet.",
    ),
    Code.PRESENT_AT_GATEWAY: Words(
        "The gateway has this reference already: {found}.",
        "If it is this invoice, write its ID into the column Invoice ID; if not, give the row a new reference. Then run the sheet.",
    ),
    Code.SUPERSEDED_UNSURE: Words(
        "A newer sheet (run {run}) says something else of this invoice, so this row's change was not repeated; it may have been carried out before.",
        "Look at the invoice in the gateway's panel. If it is not as the newer sheet says, run the newer sheet again.",
    ),
    Code.GIVEN_UP: Words(
        "The answer was lost, and a person has put this row to rest: the invoice may or may not be at the gateway.",
        "Nothing, if it was seen to. Under this reference nothing is sent before it is certain.",
    ),
    Code.SUPERSEDED: Words(
        "A newer sheet (run {run}) says something else of this invoice, so this row was not sent.",
        "If the newer sheet is right, nothing is to be done. If this row is right, run its sheet again.",
    ),
    Code.ID_TAKEN: Words(
        "The gateway gave the ID {value}, which the ledger knows as the invoice {other}.",
        "Look at the invoice in the gateway's panel before anybody pays it.",
    ),
    Code.STRICT: Words(
        "Nothing was sent, because --strict was asked for and other rows have problems.",
        "Mend those rows and run again.",
    ),
    Code.NO_SMS: Words(
        "Invoice Type 1 makes the gateway text the customer at once, but this run was to text nobody.",
        "Empty Invoice Type, or run without --no-sms.",
    ),
    Code.GATEWAY_REFUSED: Words(
        "The gateway refused it: {answer}", "Mend the row as the gateway says and run it again."
    ),
    Code.ECHO_DIFFERS: Words(
        "The gateway answered with another {field}: {value} instead of {expected}.",
        "Check the invoice in the gateway's panel.",
    ),
}
