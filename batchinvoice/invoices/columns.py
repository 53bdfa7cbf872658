"""The catalogue of columns: template, header matching, schema, reports and docs are all drawn from it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Field(StrEnum):
    """What a column means, whatever it is called in the sheet."""

    __hash__ = str.__hash__  # that of enumerations is Python's own work, and cells are many

    INVOICE_ID = "invoice_id"
    REFERENCE = "reference"
    CUSTOMER = "customer"
    MOBILE = "mobile"
    COUNTRY_CODE = "country_code"
    EMAIL = "email"
    AMOUNT = "amount"
    DESCRIPTION = "description"
    EXPIRY = "expiry"
    DELIVERY = "delivery"
    PAYMENT_METHODS = "payment_methods"
    LANGUAGE = "language"
    SUBSCRIPTION = "subscription"
    CURRENCY = "currency"
    MERCHANT_CODE = "merchant_code"
    INVOICE_TYPE = "invoice_type"
    INVOICE_SUB_TYPE = "invoice_sub_type"
    ITEM_TITLE = "item_title"
    ITEM_RATE = "item_rate"
    ITEM_QUANTITY = "item_quantity"
    ITEM_AMOUNT = "item_amount"


class Kind(StrEnum):
    """How a cell of the column is written: decides the template's format and the reader."""

    TEXT = "text"
    AMOUNT = "amount"
    QUANTITY = "quantity"
    DATE = "date"
    CHOICE = "choice"


class Home(StrEnum):
    """Where the template shows the column."""

    INVOICES = "Invoices"
    ITEMS = "Items"
    NOWHERE = ""  # understood when a sheet has it, not offered


@dataclass(frozen=True, slots=True)
class Column:
    """One column. Headings and help are (English, Arabic); `aliases` are accepted besides both headings.

    `api` is the name the gateway uses for it in create, then in update (seeds 004 and 001); `max_length` is in characters
    (the bounds of the gateway's own form); `choices` are the words a drop-down offers.
    """

    field: Field
    heading: tuple[str, str]
    help: tuple[str, str]
    example: tuple[str, str]
    kind: Kind = Kind.TEXT
    required: bool = False
    api: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    max_length: int | None = None
    choices: tuple[str, ...] = ()
    home: Home = Home.INVOICES
    width: int = 16

    def names(self) -> tuple[str, ...]:
        """Every heading that means this column."""
        return (*self.heading, *self.api, *self.aliases)


LANGUAGES = ("en", "ar")

# Numbers and names: seed 004, "List of payment types".
PAYMENT_TYPES: dict[int, str] = {
    1: "KNET",
    2: "MPGS",
    5: "CYBS",
    7: "AMEX",
    8: "MPGS AMEX",
    9: "MPGS Apple Pay",
    10: "CYBS Apple Pay",
    11: "KNET Debit Apple Pay",
    12: "KNET Credit Apple Pay",
    13: "KNET Apple Pay International",
    14: "AMEX Apple Pay International",
    16: "Google Pay",
}

COLUMNS: tuple[Column, ...] = (
    Column(
        Field.INVOICE_ID,
        ("Invoice ID", "رقم الفاتورة لدى البوابة"),
        (
            "Leave empty for a new invoice. Fill it only to change an invoice that the gateway already has.",
            "اتركه فارغا للفاتورة الجديدة. املأه فقط لتعديل فاتورة موجودة لدى البوابة.",
        ),
        ("", ""),
        api=("invoice_id", "invoiceId"),
        aliases=("Gateway ID", "معرف الفاتورة"),
        width=14,
    ),
    Column(
        Field.REFERENCE,
        ("Reference Number", "الرقم المرجعي"),
        (
            "Your own number for this invoice. It must differ for every invoice: it is how an invoice is never made twice.",
            "رقمك الخاص لهذه الفاتورة. يجب ألا يتكرر: به نضمن ألا تنشأ الفاتورة مرتين.",
        ),
        ("INV-2026-0001", "INV-2026-0001"),
        required=True,
        api=("referenceNumber", "reference_number"),
        aliases=(
            "Reference",
            "Ref",
            "Ref No",
            "Reference No",
            "Invoice Number",
            "Invoice No",
            "Inv No",
            "Invoice Reference",
            "Invoice Ref",
            "Ref Number",
            "المرجع",
            "رقم المرجع",
            "رقم الفاتورة",
        ),
        max_length=25,
        width=20,
    ),
    Column(
        Field.CUSTOMER,
        ("Customer Name", "اسم العميل"),
        ("Name of the person or company that pays.", "اسم الشخص أو الشركة التي ستدفع."),
        ("Fatima Al-Sabah", "فاطمة الصباح"),
        required=True,
        api=("customerName", "name"),
        aliases=(
            *("Customer", "Customer's Name", "Client", "Client Name", "Cust Name", "Name of Customer", "Tenant Name"),
            *("العميل", "الاسم", "اسم الزبون", "الزبون", "اسم المستأجر", "المستأجر"),
        ),
        max_length=50,
        width=28,
    ),
    Column(
        Field.MOBILE,
        ("Mobile Number", "رقم الهاتف"),
        (
            "Eight digits for Kuwait. For another country write it with + and the country code, as +971501234567.",
            "ثمانية أرقام للكويت. لدولة أخرى اكتبه مع + ورمز الدولة، مثل \u200e+971501234567.",
        ),
        ("66666666", "66666666"),
        required=True,
        api=("mobileNumber", "phone"),
        aliases=(
            *("Mobile", "Mobile No", "Mob", "Mob No", "Mobile Phone", "Customer Mobile", "Cell Phone", "GSM"),
            *("Phone No", "Phone Number", "Customer Phone", "Telephone", "Telephone No", "Telephone Number", "Tel"),
            *("Tel No", "Contact No", "Contact Number"),
            *("الهاتف", "هاتف", "هاتف العميل", "الجوال", "جوال", "رقم الجوال", "الموبايل", "موبايل", "رقم الموبايل"),
            *("النقال", "نقال", "رقم النقال", "الهاتف النقال", "التلفون", "تلفون", "رقم التلفون"),
        ),
        width=18,
    ),
    Column(
        Field.COUNTRY_CODE,
        ("Country Code", "رمز الدولة"),
        (
            "Only if the number is not from Kuwait, as 971. Empty means 965.",
            "فقط إذا لم يكن الرقم كويتيا، مثل 971. إذا ترك فارغا يعتمد 965.",
        ),
        ("965", "965"),
        api=("countryCode",),
        aliases=("Dial Code", "مفتاح الدولة"),
        width=14,
    ),
    Column(
        Field.EMAIL,
        ("Email", "البريد الإلكتروني"),
        (
            "Needed when Delivery is email, and for any later change of the invoice.",
            "مطلوب عندما يكون الإرسال بالبريد، ولأي تعديل لاحق على الفاتورة.",
        ),
        ("accounts@example.com", "accounts@example.com"),
        api=("customerEmail",),
        aliases=("E-mail", "Email Address", "Customer Email", "الايميل", "البريد"),
        max_length=50,
        width=28,
    ),
    Column(
        Field.AMOUNT,
        ("Amount", "المبلغ"),
        (
            "Amount in KWD with at most three decimals, as 120.500.",
            "المبلغ بالدينار الكويتي بثلاث خانات عشرية على الأكثر، مثل 120.500.",
        ),
        ("120.500", "120.500"),
        kind=Kind.AMOUNT,
        required=True,
        aliases=(
            *(
                "Amount KWD",
                "Amount (KWD)",
                "Amount in KWD",
                "Total",
                "Total Amount",
                "Invoice Amount",
                "Invoice Total",
                "Invoice Value",
            ),
            *("Amount Due", "Total Due", "Balance Due", "Net Amount", "Amt"),
            *(
                "القيمة",
                "المجموع",
                "الإجمالي",
                "إجمالي المبلغ",
                "المبلغ الإجمالي",
                "المبلغ بالدينار",
                "المبلغ د.ك",
                "المبلغ المستحق",
                "المبلغ المطلوب",
                "صافي المبلغ",
                "مبلغ الفاتورة",
                "قيمة الفاتورة",
            ),
        ),
        width=14,
    ),
    Column(
        Field.DESCRIPTION,
        ("Description", "الوصف"),
        ("What the invoice is for. The customer sees it.", "سبب الفاتورة، ويراه العميل."),
        ("School fees, first term", "رسوم الفصل الأول"),
        aliases=("Details", "البيان", "التفاصيل"),
        max_length=250,
        width=34,
    ),
    Column(
        Field.EXPIRY,
        ("Expiry Date", "تاريخ الانتهاء"),
        (
            "Last day on which the invoice can be paid, as 2026-12-31. If you write 3/4/2026, add to the heading "
            "how it is meant: (dd/mm/yyyy). Empty means 30 days from today.",
            "آخر يوم للدفع، مثل \u200e2026-12-31. إذا كتبته مثل \u200e3/4/2026 فأضف الترتيب إلى العنوان: "
            "(يوم/شهر/سنة). إذا ترك فارغا يعتمد 30 يوما من اليوم.",
        ),
        ("2026-12-31", "2026-12-31"),
        kind=Kind.DATE,
        api=("expiresAt", "expires_at"),
        aliases=("Expiry", "Expires", "Due Date", "Valid Until", "تاريخ الاستحقاق", "صالح حتى"),
        width=15,
    ),
    Column(
        Field.DELIVERY,
        ("Delivery", "طريقة الإرسال"),
        (
            "How the customer gets the invoice: sms, whatsapp, email, or link (nothing is sent; you share the link). Empty means sms.",
            "كيف تصل الفاتورة إلى العميل: sms أو whatsapp أو email أو link (لا يرسل شيء وتشارك الرابط بنفسك). إذا ترك فارغا يعتمد sms.",
        ),
        ("sms", "sms"),
        kind=Kind.CHOICE,
        aliases=("Delivery Method", "Send By", "Send Via", "Channel", "الإرسال"),
        choices=("sms", "whatsapp", "email", "link"),
        width=13,
    ),
    Column(
        Field.PAYMENT_METHODS,
        ("Payment Methods", "طرق الدفع"),
        (
            "Numbers or names with commas between, as 1,2 or KNET, MPGS. Empty means those of the settings.",
            "أرقام أو أسماء بينها فواصل، مثل 1,2 أو KNET, MPGS. إذا ترك فارغا يعتمد ما في الإعدادات.",
        ),
        ("KNET, MPGS", "KNET, MPGS"),
        api=("allocatePayType",),
        aliases=("Payment Method", "Payment Types", "Pay Types", "وسائل الدفع"),
        width=22,
    ),
    Column(
        Field.LANGUAGE,
        ("Language", "اللغة"),
        (
            "Language of the invoice page: en or ar. Empty means en.",
            "لغة صفحة الفاتورة: en أو ar. إذا ترك فارغا يعتمد en.",
        ),
        ("en", "ar"),
        kind=Kind.CHOICE,
        aliases=("Lang", "لغة الفاتورة"),
        choices=("en", "ar"),
        width=11,
    ),
    Column(
        Field.SUBSCRIPTION,
        ("Subscription", "اشتراك"),
        ("yes for a subscription invoice. Empty means no.", "yes لفاتورة اشتراك. إذا ترك فارغا يعتمد no."),
        ("no", "no"),
        kind=Kind.CHOICE,
        aliases=("Subscription Invoice", "فاتورة اشتراك"),
        choices=("no", "yes"),
        width=13,
    ),
    Column(
        Field.ITEM_TITLE,
        ("Item", "الصنف"),
        ("Name of the product or service.", "اسم المنتج أو الخدمة."),
        ("Tuition", "رسوم دراسية"),
        api=("itemTitle",),
        aliases=("Item Title", "Item Name", "Product", "اسم الصنف"),
        home=Home.ITEMS,
        max_length=250,
        width=30,
    ),
    Column(
        Field.ITEM_RATE,
        ("Item Rate", "سعر الوحدة"),
        ("Price of one, in KWD.", "سعر الوحدة بالدينار الكويتي."),
        ("60.250", "60.250"),
        kind=Kind.AMOUNT,
        aliases=("rate", "Unit Price", "Price", "السعر"),
        home=Home.ITEMS,
        width=14,
    ),
    Column(
        Field.ITEM_QUANTITY,
        ("Item Quantity", "الكمية"),
        ("How many. Empty means 1.", "العدد. إذا ترك فارغا يعتمد 1."),
        ("2", "2"),
        kind=Kind.QUANTITY,
        aliases=("quantity", "Qty", "العدد"),
        home=Home.ITEMS,
        width=14,
    ),
    Column(
        Field.ITEM_AMOUNT,
        ("Item Amount", "مبلغ الصنف"),
        (
            "Rate times quantity, in KWD. Empty means: work it out.",
            "السعر مضروبا في الكمية، بالدينار الكويتي. إذا ترك فارغا يحسب تلقائيا.",
        ),
        ("120.500", "120.500"),
        kind=Kind.AMOUNT,
        aliases=("Item Total", "Line Total", "إجمالي الصنف"),
        home=Home.ITEMS,
        width=14,
    ),
    Column(
        Field.CURRENCY,
        ("Currency", "العملة"),
        (
            "Must be KWD: the gateway's invoices are in Kuwaiti dinars.",
            "يجب أن تكون KWD: فواتير البوابة بالدينار الكويتي.",
        ),
        ("KWD", "KWD"),
        aliases=("Currency Code", "CCY", "Curr", "رمز العملة"),
        home=Home.NOWHERE,
    ),
    Column(
        Field.MERCHANT_CODE,
        ("Merchant Code", "رمز التاجر"),
        ("Must be the merchant code of the settings.", "يجب أن يطابق رمز التاجر في الإعدادات."),
        ("842217", "842217"),
        api=("merchantCode",),
        home=Home.NOWHERE,
    ),
    Column(
        Field.INVOICE_TYPE,
        ("Invoice Type", "نوع الفاتورة"),
        (
            "The gateway's own number: 0 link, 1 texted by the gateway at once. Delivery says the same more simply.",
            "رمز النوع لدى البوابة: 0 رابط، 1 رسالة فورية من البوابة.",
        ),
        ("0", "0"),
        api=("invoiceType",),
        home=Home.NOWHERE,
    ),
    Column(
        Field.INVOICE_SUB_TYPE,
        ("Invoice Sub Type", "النوع الفرعي"),
        (
            "The gateway's own number: 0 SMS, 1 WhatsApp, 2 e-mail, 3 link. Delivery says the same more simply.",
            "رمز النوع لدى البوابة: 0 رسالة، 1 واتساب، 2 بريد، 3 رابط.",
        ),
        ("3", "3"),
        api=("invoiceSubType",),
        home=Home.NOWHERE,
    ),
)

BY_FIELD: dict[Field, Column] = {column.field: column for column in COLUMNS}
ITEM_FIELDS: tuple[Field, ...] = (Field.ITEM_TITLE, Field.ITEM_RATE, Field.ITEM_QUANTITY, Field.ITEM_AMOUNT)
NUMBERS: tuple[Field, ...] = (Field.AMOUNT, Field.ITEM_RATE, Field.ITEM_QUANTITY, Field.ITEM_AMOUNT)
REQUIRED: tuple[Field, ...] = tuple(column.field for column in COLUMNS if column.required)


def heading(field: Field, language: str = "en") -> str:
    """The column's heading in English (`en`) or Arabic (`ar`)."""
    return BY_FIELD[field].heading[LANGUAGES.index(language)]


def offered(home: Home) -> tuple[Column, ...]:
    """The columns that the template shows on that sheet, in order; the Items sheet opens with the reference."""
    own = tuple(column for column in COLUMNS if column.home is home)
    return (BY_FIELD[Field.REFERENCE], *own) if home is Home.ITEMS else own
