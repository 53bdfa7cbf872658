"""Who the merchant is to the gateway, kept out of every repr."""

from __future__ import annotations

from dataclasses import dataclass, field

from batchinvoice.gateway.cipher import Cipher, KeyLengthError
from batchinvoice.gateway.errors import BadSetting


@dataclass(frozen=True, slots=True)
class Credentials:
    """The six settings that open the gateway; only the merchant code shows in repr."""

    merchant_code: str
    access_code: str = field(repr=False)
    secret_key: str = field(repr=False)
    iv_key: str = field(repr=False)
    username: str = field(repr=False)
    password: str = field(repr=False)

    def cipher(self) -> Cipher:
        """The cipher of these keys. Raises BadSetting, naming the setting, for a value that cannot be right."""
        for setting, value in (
            ("HESABE_MERCHANT_CODE", self.merchant_code),
            ("HESABE_ACCESS_CODE", self.access_code),
        ):
            # The access code travels in a header, where other characters would break the request apart.
            if not value.strip() or not value.isascii() or not value.isprintable():
                raise BadSetting(f"{setting} is empty or holds characters that cannot be in it. Copy it again.")
        for setting, value in (("HESABE_USERNAME", self.username), ("HESABE_PASSWORD", self.password)):
            if not value:
                raise BadSetting(f"{setting} is empty.")
        try:
            return Cipher(self.secret_key, self.iv_key)
        except KeyLengthError as error:
            raise BadSetting(str(error)) from None
