"""Which words and signs beside a number certainly name another currency than the dinar, or its fils."""

from __future__ import annotations

import unicodedata

from batchinvoice.invoices.headings import key

# ISO 4217, without the dinar.
_CODES = (
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF "
    "CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG "
    "HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD "
    "MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB "
    "RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD "
    "UYU UZS VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWG ZWL"
)


def _keys(*words: str) -> frozenset[str]:
    return frozenset(map(key, words))


_ISO = frozenset(_CODES.split())
_DINAR = _keys("KWD", "KD", "Dinar", "Dinars", "د.ك", "دينار", "دنانير")
# With one of these, a dinar is that of another country.
_NATIONS = _keys("Bahraini", "Jordanian", "Iraqi", "Libyan", "Tunisian", "Algerian", "Serbian") | _keys(
    "بحريني", "أردني", "عراقي", "ليبي", "تونسي", "جزائري"
)
# These count among other words, too: `Total USD`.
_NAMES = _keys(
    *("USD", "EUR", "GBP", "SAR", "AED", "QAR", "BHD", "OMR", "EGP", "JOD", "INR", "PKR", "LBP", "IQD", "CHF", "JPY"),
    *("dollar", "dollars", "euro", "euros", "sterling", "riyal", "riyals", "rial", "rials", "dirham", "dirhams"),
    *("rupee", "rupees", "fils", "halala", "halalas", "cent", "cents", "yen", "yuan"),
    *("دولار", "يورو", "ريال", "درهم", "دراهم", "جنيه", "استرليني", "روبية", "ليرة"),
    *("فلس", "فلسا", "فلوس", "هللة", "سنت"),
)
# Too short to be told from other words: these count by themselves, and the last only where a format says that they
# are a currency (`[$kr-41D]`).
_SHORT = _keys("SR", "Dh", "Dhs", "QR", "BD", "JD", "Rs") | _keys(
    *("ر.س", "د.إ", "ر.ق", "د.ب", "ر.ع", "ج.م", "ل.ل", "د.ع", "ر.ي")
)
_SIGNS = _keys("kr", "zł", "Kč", "Ft", "lei", "R", "Rp", "RM", "TL", "fr", "FCFA", "KSh", "лв", "руб", "ден") | _keys(
    *("RO", "LE", "US", "د.ا", "د.م", "د.ت", "د.ج", "د.ل", "ل.س", "ج.س")
)
_GENERIC = "¤"  # whatever currency the system has


def is_dinar(text: str) -> bool:
    """True if the dinar is named, among whatever other words; that of another country is none."""
    words = _words(text)
    return bool(words & _DINAR) and not words & _NATIONS


def is_foreign(text: str, *, is_sign: bool = False) -> bool:
    """True if the text certainly names another currency; `is_sign`: what it names is a currency, whichever."""
    if any(_is_currency_sign(c) for c in text):
        return True
    whole = key(text)
    if whole in _SHORT or (is_sign and whole in _SIGNS):
        return True
    # Some codes are words (ALL, TRY): they count only in capitals and by themselves.
    return bool(_words(text) & (_NAMES | _NATIONS)) or "".join(c for c in text if c.isalnum()) in _ISO


def _is_currency_sign(character: str) -> bool:
    # The block has signs that are newer than the tables of characters, such as that of the Saudi riyal.
    in_block = "\u20a0" <= character <= "\u20cf"
    return in_block or (unicodedata.category(character) == "Sc" and character != _GENERIC)


def _words(text: str) -> frozenset[str]:
    """The words of a text, and all of it as one: `K D` is an abbreviation, too."""
    return _keys(*text.split(), text)
