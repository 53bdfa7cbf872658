"""The sandbox credentials printed in the gateway's public documentation; they open nothing but a sandbox."""

from __future__ import annotations

from types import MappingProxyType

MERCHANT_CODE = "842217"
ACCESS_CODE = "c333729b-d060-4b74-a49d-7686a8353481"
SECRET_KEY = "PkW64zMe5NVdrlPVNnjo2Jy9nOb7v1Xg"  # noqa: S105
IV_KEY = "5NVdrlPVNnjo2Jy9"
USERNAME = "test"
PASSWORD = "Test@1234"  # noqa: S105

SANDBOX = MappingProxyType(
    {
        "merchant_code": MERCHANT_CODE,
        "access_code": ACCESS_CODE,
        "secret_key": SECRET_KEY,
        "iv_key": IV_KEY,
        "username": USERNAME,
        "password": PASSWORD,
    }
)
