"""The script that everybody writes: pandas reads the sheet, `requests` makes one call after another, pandas reports.

python one_by_one.py SHEET ADDRESS REPORT, the merchant's keys being in HESABE_… : beside it the tool is measured
(side_by_side.py). It is meant to be done well, by somebody who has an afternoon; it uses nothing of the tool.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any

import pandas as pd
import requests
from Crypto.Cipher import AES
from Crypto.Util.Padding import pad, unpad

MERCHANT = os.environ["HESABE_MERCHANT_CODE"]
KEY, IV = os.environ["HESABE_SECRET_KEY"].encode(), os.environ["HESABE_IV_KEY"].encode()
TEXTS = ["Reference Number", "Customer Name", "Mobile Number", "Country Code", "Email", "Description"]
TEXTS += ["Payment Methods", "Language"]
CHUNK = 100
TOKEN_SECONDS = 600  # it lives 900

Row = Mapping[Hashable, Any]


class Gateway:
    """Logs in, encrypts, posts, decrypts; threads may share it."""

    def __init__(self, address: str, connections: int) -> None:
        self.address, self.session = address, requests.Session()
        self.session.mount(address, requests.adapters.HTTPAdapter(pool_maxsize=connections))
        self.login()

    def login(self) -> None:
        who = {"username": os.environ["HESABE_USERNAME"], "password": os.environ["HESABE_PASSWORD"]}
        answer = self.session.post(f"{self.address}/api/v1/login", json=who, timeout=30).json()
        token = answer["response"]["token"]["access_token"]
        self.headers = {"accessCode": os.environ["HESABE_ACCESS_CODE"], "Authorization": f"Bearer {token}"}
        self.good_until = time.monotonic() + TOKEN_SECONDS

    def post(self, path: str, payload: Mapping[str, object]) -> Any:
        if time.monotonic() > self.good_until:
            self.login()
        plain = json.dumps(payload, separators=(",", ":"), ensure_ascii=False).encode()
        data = AES.new(KEY, AES.MODE_CBC, iv=IV).encrypt(pad(plain, 16)).hex()
        response = self.session.post(f"{self.address}{path}", json={"data": data}, headers=self.headers, timeout=30)
        answer = response.json()
        if answer.get("status") is False:  # a refusal is not encrypted
            raise RuntimeError(answer["message"])
        sealed = bytes.fromhex(answer["response"])
        opened = json.loads(unpad(AES.new(KEY, AES.MODE_CBC, iv=IV).decrypt(sealed), 32))
        if opened["status"] is not True:
            raise RuntimeError(opened["message"])
        return opened["response"]


def problems(table: pd.DataFrame) -> list[str]:
    """The checks that one thinks of."""
    fils = table["Amount"] * 1000
    bad = {
        "no reference, or one that is there twice": (table["Reference Number"] == "")
        | table["Reference Number"].duplicated(keep=False),
        "no name, or one that is too long": ~table["Customer Name"].str.len().between(1, 50),
        "not a mobile number of 8 digits": ~table["Mobile Number"].str.fullmatch(r"[569]\d{7}", na=False),
        "not an amount above 0 with three decimals": ~((fils > 0) & ((fils - fils.round()).abs() < 1e-6)),
        "expires in the past": table["Expiry Date"] < pd.Timestamp.today().normalize(),
    }
    return [f"Row {number + 2}: {what}" for what, rows in bad.items() for number in table.index[rows]]


def payload(row: Row) -> dict[str, object]:
    """A create that makes a link; the text message follows in bulk."""
    fields = {
        "merchantCode": MERCHANT,
        "mobileNumber": row["Mobile Number"],
        "customerName": row["Customer Name"],
        "referenceNumber": row["Reference Number"],
        "amount": f"{row['Amount']:.3f}",
        "countryCode": f"+{row['Country Code']}",
        "invoiceType": "0",
        "invoiceSubType": "3",
        "description": row["Description"],
        "customerEmail": row["Email"],
        "allocatePayType": [int(each) for each in row["Payment Methods"].split(",")],
        "subscription": "0",
        "language": row["Language"],
        "expiresAt": f"{row['Expiry Date']:%Y-%m-%d}",
    }
    return {name: value for name, value in fields.items() if value != ""}


def run(sheet: str, address: str, report: str, connections: int, each: Callable[..., Iterable[Any]]) -> None:
    """All of it. each: `map`, or what does the same with several at once."""
    table = pd.read_excel(sheet, engine="openpyxl", dtype=dict.fromkeys(TEXTS, str))
    table[TEXTS] = table[TEXTS].fillna("")
    if found := problems(table):
        sys.exit("\n".join(found))
    gateway = Gateway(address, connections)

    def create(row: Row) -> tuple[str, str]:
        try:
            return str(gateway.post("/api/v1/invoice", payload(row))["id"]), "created"
        except Exception as error:
            return "", f"failed: {error}"

    def send(ids: list[str]) -> str:
        try:
            gateway.post("/api/v1/invoice/bulk", {"merchantCode": MERCHANT, "ids": ids})
        except Exception as error:
            return f"failed: {error}"
        return "sent"

    made = list(each(create, table.to_dict("records")))
    ids = [number for number, _ in made if number]
    chunks = [ids[at : at + CHUNK] for at in range(0, len(ids), CHUNK)]
    texted = {number: said for said, chunk in zip(each(send, chunks), chunks, strict=True) for number in chunk}
    table["Invoice ID"] = [number for number, _ in made]
    table["Status"] = [said for _, said in made]
    table["SMS"] = table["Invoice ID"].map(texted)
    table.to_excel(report, index=False, engine="openpyxl")
    if (table["SMS"] != "sent").any():
        sys.exit("Not all went well: see the report.")


if __name__ == "__main__":
    run(*sys.argv[1:4], connections=1, each=map)
