"""The gateway's encryption: a JSON value to hexadecimal AES-256-CBC and back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import NoReturn

from Crypto.Cipher import AES
from Crypto.Cipher._mode_cbc import CbcMode
from Crypto.Util.Padding import pad

REQUEST_BLOCK = 16  # bytes: the published request samples carry standard PKCS#7 padding
ANSWER_BLOCK = 32  # bytes: the gateway pads its answers to twice the block of AES
KEY_BYTES = 32
IV_BYTES = 16


class KeyLengthError(ValueError):
    """A key or IV of the wrong length; the text names the setting, never the key."""


class DecryptionError(ValueError):
    """Text that is not a JSON value encrypted with these keys; the text holds nothing of the input."""


class EncryptionError(ValueError):
    """A payload that cannot be written as JSON in UTF-8."""


class Cipher:
    """AES-256-CBC with the merchant's fixed key (32 ASCII characters) and IV (16 ASCII characters).

    There is no authentication code: that a text decrypts proves that the keys fit, and nothing else.
    Raises KeyLengthError. Source: the seeds' encryption samples, which this reproduces byte for byte.
    """

    def __init__(self, secret_key: str, iv_key: str) -> None:
        self._key = _key_bytes("HESABE_SECRET_KEY", secret_key, KEY_BYTES)
        self._iv = _key_bytes("HESABE_IV_KEY", iv_key, IV_BYTES)

    def __repr__(self) -> str:
        return "Cipher(keys hidden)"

    def encrypt(self, payload: Mapping[str, object], *, block: int = REQUEST_BLOCK) -> str:
        """The payload as lowercase hex. Keys keep their order; `block` is 16 for a request, 32 for an answer.

        Raises EncryptionError for text that is not valid Unicode or for a value JSON does not know.
        """
        padded = pad(_compact_json(payload), block)
        return self._aes().encrypt(padded).hex()

    def decrypt(self, text: str) -> object:
        """The JSON value in a hex text, whose padding may be 1 to 32 bytes; fractions come as Decimal.

        Raises DecryptionError for anything else: not hex, wrong length, a wrong pad byte, no UTF-8, no JSON.
        """
        plain = _unpad(self._aes().decrypt(_ciphertext(text)))
        try:
            return json.loads(plain.decode("utf-8"), parse_float=Decimal, parse_constant=_no_constant)
        except (ValueError, RecursionError):
            pass
        # Raised outside the handler: the JSON error would carry the plaintext along.
        raise DecryptionError("decrypted to something that is not JSON")

    def _aes(self) -> CbcMode:
        # CBC state is used up by one message, so each message starts a new one.
        return AES.new(self._key, AES.MODE_CBC, iv=self._iv)


def _key_bytes(setting: str, key: str, length: int) -> bytes:
    if not key.isascii() or len(key) != length:
        raise KeyLengthError(
            f"{setting} must be {length} ASCII characters long; it has {len(key)} characters. Copy it again."
        )
    return key.encode("ascii")


def _compact_json(payload: Mapping[str, object]) -> bytes:
    try:
        return json.dumps(payload, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode("utf-8")
    except (TypeError, ValueError) as error:
        kind = type(error).__name__
    # Raised outside the handler: a UnicodeEncodeError carries the whole payload along.
    raise EncryptionError(f"the payload cannot be written as JSON ({kind})")


def _ciphertext(text: str) -> bytes:
    try:
        data = bytes.fromhex(text) if text.isascii() and " " not in text else b""
    except ValueError:
        data = b""
    if not data or len(data) % AES.block_size:
        raise DecryptionError("not hexadecimal text of whole 16-byte blocks")
    return data


def _unpad(padded: bytes) -> bytes:
    count = padded[-1]
    if not 1 <= count <= min(ANSWER_BLOCK, len(padded)) or padded[-count:] != bytes([count]) * count:
        raise DecryptionError("the padding is wrong, so the keys do not fit or the text is damaged")
    return padded[:-count]


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
