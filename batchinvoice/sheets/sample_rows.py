"""The rows of the samples. All names, numbers and addresses are invented."""

from __future__ import annotations

import datetime as dt

from batchinvoice.invoices.columns import Field
from batchinvoice.invoices.table import Cell

_ORDER = (
    Field.REFERENCE,
    Field.CUSTOMER,
    Field.MOBILE,
    Field.AMOUNT,
    Field.EMAIL,
    Field.DESCRIPTION,
    Field.DELIVERY,
    Field.PAYMENT_METHODS,
    Field.LANGUAGE,
    Field.EXPIRY,
    Field.COUNTRY_CODE,
    Field.SUBSCRIPTION,
)
_ITEM_ORDER = (Field.REFERENCE, Field.ITEM_TITLE, Field.ITEM_RATE, Field.ITEM_QUANTITY, Field.ITEM_AMOUNT)

Row = dict[Field, Cell]


def _row(*cells: Cell) -> Row:
    return {field: cell for field, cell in zip(_ORDER, cells, strict=False) if cell is not None}


def _item(*cells: Cell) -> Row:
    return {field: cell for field, cell in zip(_ITEM_ORDER, cells, strict=False) if cell is not None}


_FAR = dt.date(2030, 12, 31)  # a sample must not go stale soon

CLEAN: tuple[Row, ...] = (
    _row("INV-1001", "Noura Al-Mutairi", "66100201", 120.5, "noura@example.com", "School fees, first term", "sms"),
    _row("INV-1002", "Yousef Al-Rashidi", "55120304", 45, None, "Swimming course", "sms", "KNET"),
    _row("INV-1003", "مريم الكندري", "99140507", 75.25, "maryam@example.com", "رسوم النادي", "sms", "1,2", "ar"),
    _row("INV-1004", "Sara Haddad", "65170809", 18.75, "sara@example.com", "Bookshop order", "email", "KNET, MPGS"),
    _row("INV-1005", "عبدالله العنزي", "97190112", 250, None, "صيانة سنوية", "whatsapp", None, "ar", _FAR),
    _row("INV-1006", "Gulf Lantern Trading Co.", "22450100", 1875.5, "accounts@example.com", "Lamps", "link"),
    _row("INV-1007", "Ravi Menon", "+971501234567", 60, "ravi@example.com", "Delivery to Dubai", "link", "MPGS, AMEX"),
    _row("INV-1008", "Hind Al-Qahtani", "501234567", 32.4, None, "Gift basket", "sms", None, None, None, "966"),
    _row(
        "INV-1009",
        "Dana Al-Fahad",
        "66220415",
        15,
        "dana@example.com",
        "Monthly box",
        "sms",
        "KNET",
        "en",
        None,
        None,
        "yes",
    ),
    _row("INV-1010", "Omar Siddiqui", "51230617", 0.75, None, "Parking", "sms", "KNET Debit Apple Pay"),
    _row("INV-1011", "لولوة الصالح", "94260819", 510, "lulwa@example.com", "دورة تدريبية", "email", "1,2", "ar", _FAR),
    _row("INV-1012", "Blue Dhow Marine", "50280921", 98.125, None, "Engine parts", "sms", None, None, _FAR),
)
CLEAN_ITEMS: tuple[Row, ...] = (
    _item("INV-1004", "Arabic reader", 6.25, 2, 12.5),
    _item("INV-1004", "Atlas", 6.25, 1, 6.25),
    _item("INV-1006", "Desk lamp", 18.755, 100, 1875.5),
    _item("INV-1012", "Fuel filter", 24.5, 3),
    _item("INV-1012", "Gasket", 24.625),
)

# None is a blank row: the rows below it must keep their numbers.
MISTAKES: tuple[Row | None, ...] = (
    _row("INV-2001", "Noura Al-Mutairi", "66100201", 120.5, None, "Right as it is"),
    _row("INV-2002", "Yousef Al-Rashidi", 55120304, 45, None, "Right: the phone number is a number cell"),
    _row("INV-2003", "Sara Haddad", "+965 6517 0809", 18.75, None, "Right: country code and spaces"),
    _row(
        "INV-2004",
        "Dana Al-Fahad",
        "00965 66220415",
        "KD 15.000",
        None,
        "Right: 00 before the code, KD before the amount",
    ),
    _row("INV-2005", "عبدالله العنزي", "٩٧١٩٠١١٢", "٢٥٠٫٥٠٠", None, "Right: Arabic digits", "sms", None, "ar"),
    _row("INV-2006", "Omar Siddiqui", "51230617", 12.3456, None, "More than three decimals"),
    _row("INV-2007", "Hind Al-Qahtani", "66300122", "1,234", None, "A comma that can be read in two ways"),
    _row("INV-2008", "Ravi Menon", "9.65501E+11", 60, None, "A phone number that Excel has shortened"),
    _row("INV-2009", None, "55310224", 22, None, "No name"),
    None,
    _row(
        "INV-2010", "Blue Dhow Marine", "50280921", 98.125, None, "Day or month first?", None, None, None, "03/04/2030"
    ),
    _row(
        "INV-2011",
        "Gulf Lantern Trading Co.",
        "65145010",
        310,
        None,
        "In the past",
        None,
        None,
        None,
        dt.date(2020, 1, 31),
    ),
    _row("INV-2012", "Layla Haddad", "94330428", 27.5, "layla@example", "Not an e-mail address", "email"),
    _row("INV-2013", "Fahad Al-Dosari", "97340530", 41, None, "No such payment method", "sms", "KNET, PayPenny"),
    _row("INV-2014", "Mona Iskandar", "60350632", 33, None, "Delivery is email, but there is none", "email"),
    _row(
        "INV-2015-SCHOOL-FEES-TERM-1-2", "Jassim Al-Ali", "51360734", 80, None, "Reference of more than 25 characters"
    ),
    _row("INV-2016", "Salma Nasser", "12345", 19, None, "Not a whole phone number"),
    _row("INV-2017", "Bader Al-Otaibi", "99370836", 64, None, "An identical repeat"),
    _row("INV-2017", "Bader Al-Otaibi", "99370836", 64, None, "An identical repeat"),
    _row("INV-2018", "Reem Al-Harbi", "66380938", 150, None, "A repeat that differs"),
    _row("INV-2018", "Reem Al-Harbi", "66380938", 175, None, "A repeat that differs"),
    _row("INV-2019", "Tariq Jamil", "55391040", 9.5, None, "Right as it is", "link"),
)
EXTRA_HEADING, EXTRA = "Sales person", ("Huda", "Imran", "Huda")

ARABIC: tuple[Row, ...] = (
    _row("ف-3001", "نورة المطيري", "٦٦١٠٠٢٠١", "١٢٠٫٥٠٠", None, "رسوم دراسية، الفصل الأول", "sms", "KNET", "ar"),
    _row("ف-3002", "يوسف الرشيدي", "55120304", "45.000", None, "دورة سباحة", "sms", None, "ar"),
    _row("ف-3003", "مريم الكندري", "+96599140507", "75.250", "maryam@example.com", "رسوم النادي", "email", "1,2", "ar"),
    _row(
        "ف-3004",
        "شركة الفنار, ذ.م.م",
        "65145010",
        "١٨٧٥٫٥٠٠",
        None,
        "مصابيح, أسلاك, مفاتيح",
        "link",
        "KNET, MPGS",
        "ar",
    ),
    _row("ف-3005", "عبدالله العنزي", "٩٧١٩٠١١٢", "250", None, "صيانة سنوية", "whatsapp", None, "ar", "2030-12-31"),
    _row("ف-3006", "دانة الفهد", "00965 66220415", "15.750", None, "اشتراك شهري", "sms", "KNET", "ar"),
)
