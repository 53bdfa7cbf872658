"""What delivery is measured against: a bare threaded `requests` loop. It makes the calls it is given and keeps nothing.

python benchmarks/bare_loop.py ADDRESS CALLS CONNECTIONS CHUNK: CALLS is a JSON file with payloads of creates. Prints
the seconds from the login to the last bulk send.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import requests
from Crypto.Cipher import AES
from Crypto.Util.Padding import pad, unpad
from requests.adapters import HTTPAdapter

from batchinvoice.emulator import sandbox

_KEY, _IV = sandbox.SECRET_KEY.encode(), sandbox.IV_KEY.encode()


class Loop:
    """One session for all threads, its pool as large as their number."""

    def __init__(self, address: str, connections: int) -> None:
        self._address, self._session = address, requests.Session()
        self._session.mount("http://", HTTPAdapter(pool_maxsize=connections))
        who = {"username": sandbox.USERNAME, "password": sandbox.PASSWORD}
        token = self._session.post(f"{address}/api/v1/login", json=who).json()["response"]["token"]["access_token"]
        self._headers = {"accessCode": sandbox.ACCESS_CODE, "Authorization": f"Bearer {token}"}

    def call(self, path: str, payload: Mapping[str, object]) -> Any:
        plain = json.dumps(payload, separators=(",", ":"), ensure_ascii=False).encode()
        sealed = AES.new(_KEY, AES.MODE_CBC, iv=_IV).encrypt(pad(plain, 16)).hex()
        answer = self._session.post(f"{self._address}{path}", json={"data": sealed}, headers=self._headers)
        opened = AES.new(_KEY, AES.MODE_CBC, iv=_IV).decrypt(bytes.fromhex(answer.json()["response"]))
        content = json.loads(unpad(opened, 32))
        if content["status"] is not True:
            raise RuntimeError(content["message"])
        return content["response"]

    def create(self, payload: Mapping[str, object]) -> int:
        return int(self.call("/api/v1/invoice", payload)["id"])

    def send(self, ids: list[int]) -> None:
        payload = {"merchantCode": sandbox.MERCHANT_CODE, "ids": [str(each) for each in ids]}
        self.call("/api/v1/invoice/bulk", payload)


def main(address: str, calls: Path, connections: int, chunk: int) -> None:
    payloads = json.loads(calls.read_text("utf-8"))
    began = time.perf_counter()
    loop = Loop(address, connections)
    with ThreadPoolExecutor(connections) as pool:
        ids = list(pool.map(loop.create, payloads))
        list(pool.map(loop.send, [ids[at : at + chunk] for at in range(0, len(ids), chunk)]))
    print(time.perf_counter() - began)  # noqa: T201 (its answer)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
