"""The emulator as a process: it behaves as the gateway's facts say, keeps its truth, and ends when told."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests
from click.testing import CliRunner
from plain_client import CHANGE, CREATE, Client

from batchinvoice.emulator.broken_answers import KINDS
from batchinvoice.emulator.command import emulator as command
from batchinvoice.emulator.faults import GRAMMAR
from batchinvoice.emulator.process import running_emulator
from batchinvoice.emulator.sandbox import PASSWORD, USERNAME


def test_the_login_answers_as_documented(client: Client) -> None:
    assert (client.token["token_type"], client.token["expires_in"]) == ("Bearer", 900)
    fresh = client.plain("/api/v1/token-refresh", {"refreshToken": client.token["refresh_token"]})
    assert fresh["response"]["token"]["access_token"] != client.token["access_token"]
    again = client.plain("/api/v1/token-refresh", {"refreshToken": client.token["refresh_token"]})
    assert again["status"] is False


def test_the_truth_can_be_told_page_by_page(client: Client) -> None:
    for number in range(5):
        client.call("POST", "/api/v1/invoice", {**CREATE, "referenceNumber": f"R-{number}"})
    whole = client.running.truth()
    assert [list(client.running.all_of(part, 2)) for part in whole] == list(whole.values())
    assert [invoice["reference_number"] for invoice in client.running.all_of("invoices", 2)] == [
        f"R-{n}" for n in range(5)
    ]


def test_a_create_answers_the_nested_shape(client: Client) -> None:
    made = client.call("POST", "/api/v1/invoice", CREATE)["response"]
    assert made["customer"] == {"name": "Noura", "email": None, "phone_number": "96566666666"}
    assert made["url"].endswith(made["token"])
    assert (made["reference_number"], made["amount"], made["invoice_status"]) == ("R-1", "280.000", 0)


def test_there_is_no_idempotency(client: Client) -> None:
    ids = {client.call("POST", "/api/v1/invoice", CREATE)["response"]["id"] for _ in range(2)}
    assert len(ids) == len(client.running.truth()["invoices"]) == 2


def test_type_1_subtype_0_texts_at_create_and_others_do_not(client: Client) -> None:
    for kind, subtype in (("0", "3"), ("0", "0"), ("1", "3"), ("1", "1"), ("1", "0")):
        client.call("POST", "/api/v1/invoice", CREATE | {"invoiceType": kind, "invoiceSubType": subtype})
    texts = client.running.truth()["texts"]
    assert [(text["via"], text["phone"]) for text in texts] == [("create", "96566666666")]
    assert [invoice["texted"] for invoice in client.running.truth()["invoices"]] == [0, 0, 0, 0, 1]


def test_a_bulk_send_texts_each_or_none(client: Client) -> None:
    ids = [str(client.call("POST", "/api/v1/invoice", CREATE)["response"]["id"]) for _ in range(2)]
    refused = client.raw("POST", "/api/v1/invoice/bulk", {"ids": [*ids, "1"]})
    assert refused.json()["message"] == "Request not found, Please verify the request data"
    assert client.running.truth()["texts"] == []
    sent = client.call("POST", "/api/v1/invoice/bulk", {"ids": ids})
    assert sent == {"status": True, "message": "Invoice sent successfully", "response": None}
    assert [str(text["invoice_id"]) for text in client.running.truth()["texts"]] == ids


def test_an_update_keeps_its_own_reference_as_in_the_published_sample(client: Client) -> None:
    made = client.call("POST", "/api/v1/invoice", CREATE)["response"]
    stored = client.call("PUT", f"/api/v1/invoice-bulk-upload/{made['id']}", CHANGE)["response"]
    assert (stored["reference_number"], stored["amount"], stored["phone"]) == ("R-1", "5.000", "96555555555")
    assert client.running.truth()["invoices"][0]["reference_number"] == "R-1"


def test_the_other_calls(client: Client) -> None:
    made = client.call("POST", "/api/v1/invoice", CREATE)["response"]
    assert client.call("GET", f"/api/v1/invoice/{made['id']}", {})["response"] == made
    assert (
        client.call("GET", "/api/v1/invoice-bulk-upload/", {"type": "0"}, page="1")["response"][0]["id"] == made["id"]
    )
    assert client.call("GET", "/api/v1/invoice-bulk-upload/", {"type": "1"}, page="1")["response"] == []
    client.call("POST", "/api/v1/invoice/resend", {"resendId": made["id"], "mobileNumber": "1", "countryCode": "965"})
    client.call("PUT", f"/api/v1/invoice/{made['token']}", {"statusId": "3"})
    truth = client.running.truth()
    assert truth["invoices"][0]["invoice_status"] == 3
    assert [text["via"] for text in truth["texts"]] == ["resend"]
    deleted = client.call("DELETE", f"/api/v1/invoice-bulk-upload/{made['id']}", {})
    assert deleted == {"status": True, "message": "Invoice has been deleted", "response": None}
    assert client.running.truth()["invoices"] == []


def test_the_look_up_is_paged_dated_and_free_text(client: Client) -> None:
    for number in range(30):
        client.call("POST", "/api/v1/invoice", CREATE | {"referenceNumber": f"R-{number:02}"})

    def references(**query: str) -> list[str]:
        answer = client.call("GET", "/api/v1/invoice-dashboard", {}, **query)
        return [row["reference_number"] for row in answer["response"]["invoices"]["data"]]

    assert len(references(page="1")) == 25
    assert len(references(page="2")) == 5
    assert references(page="3") == []
    assert references(search="r-07") == ["R-07"]
    assert len(references(search="noura")) == 25
    assert references(fromDate="2000-01-01", toDate="2000-01-02") == []
    assert references(invoiceType="6") == []


@pytest.mark.parametrize("header", ["accessCode", "Authorization"])
def test_access_code_and_token_are_both_needed(client: Client, header: str) -> None:
    client.headers[header] = "wrong"
    assert client.raw("POST", "/api/v1/invoice", CREATE).status_code == 401
    assert client.running.truth()["invoices"] == []


def test_a_token_lives_as_long_as_it_is_told(client: Client) -> None:
    client.running.set(token_seconds=0.2)
    short = Client(client.running)
    assert short.raw("POST", "/api/v1/invoice", CREATE).status_code == 200
    time.sleep(0.25)
    assert short.raw("POST", "/api/v1/invoice", CREATE).status_code == 401
    client.running.set(token_seconds=900)


@pytest.mark.parametrize("body", [{"data": "00" * 32}, {"data": 5}, {}, [], "x"])
def test_what_cannot_be_decrypted_is_506(client: Client, body: object) -> None:
    url = client.running.base_url + "/api/v1/invoice"
    answer = client.http.post(url, json=body, headers=client.headers, timeout=10).json()
    assert answer == {"status": False, "code": 506, "message": "Invalid Request Data", "response": None}


def test_field_errors_are_plain_and_per_field(client: Client) -> None:
    answer = client.raw("POST", "/api/v1/invoice", CREATE | {"amount": "1"})
    assert answer.status_code == 422
    assert list(answer.json()["response"]) == ["amount"]
    assert client.running.truth()["invoices"] == []


def test_answers_are_padded_to_32_bytes(client: Client) -> None:
    sealed = client.raw("POST", "/api/v1/invoice", CREATE).json()["response"]
    assert len(bytes.fromhex(sealed)) % 32 == 0


def test_every_call_is_in_the_truth_without_passwords(client: Client) -> None:
    client.raw("POST", "/api/v1/invoice", CREATE)
    login, create = client.running.truth()["calls"]
    assert (login["name"], login["payload"]) == ("login", {"username": USERNAME})
    assert (create["name"], create["method"], create["outcome"]) == ("create", "POST", "done")
    assert create["payload"] == CREATE


@pytest.mark.parametrize(("fault", "made"), [("close-before", 0), ("close-after", 1)])
def test_a_closed_connection_hides_whether_it_was_done(client: Client, fault: str, made: int) -> None:
    client.running.set_faults(f"create:{fault}:1x1")
    with pytest.raises(requests.ConnectionError):
        client.raw("POST", "/api/v1/invoice", CREATE)
    assert len(client.running.truth()["invoices"]) == made
    assert client.raw("POST", "/api/v1/invoice", CREATE).status_code == 200


def test_a_fault_that_is_none_is_refused(client: Client) -> None:
    answer = client.http.post(f"{client.running.base_url}/_emulator/faults", json=["nonsense:1"], timeout=10)
    assert answer.status_code == 400
    assert "EVERY" in answer.json()["message"]


def test_it_ends_with_its_block_even_while_a_call_hangs() -> None:
    with running_emulator(faults=("login:hang-after:1",)) as running:
        host, port = running.base_url.removeprefix("http://").split(":")
        hanging = socket.create_connection((host, int(port)))
        body = json.dumps({"username": USERNAME, "password": PASSWORD}).encode()
        hanging.sendall(b"POST /api/v1/login HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        time.sleep(0.1)
        started = time.monotonic()
    assert time.monotonic() - started < 5
    hanging.close()
    assert not _listens(host, int(port))


def test_it_ends_when_its_parent_is_killed() -> None:
    code = (
        "import time\nfrom batchinvoice.emulator.process import running_emulator\n"
        "with running_emulator() as e:\n    print(e.base_url, flush=True)\n    time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        host, port = parent.stdout.readline().strip().removeprefix("http://").split(":")
        parent.kill()
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline and _listens(host, int(port)):
        time.sleep(0.05)
    assert not _listens(host, int(port))


def test_a_wrong_option_stops_before_it_starts() -> None:
    result = CliRunner().invoke(command, ["--fault", "nonsense:1"])
    assert result.exit_code == 2
    assert "EVERY" in result.output


def test_the_help_and_the_page_about_faults_name_every_kind() -> None:
    told = CliRunner().invoke(command, ["--help"]).output
    page = (Path(__file__).parents[2] / "docs" / "emulator.md").read_text(encoding="utf-8")
    assert GRAMMAR in told
    assert GRAMMAR in page
    for name, kind in KINDS.items():
        shown = f"{name}[={kind.unit}]" if kind.unit else name
        assert any(line.split()[:1] == [shown] and kind.help in line for line in told.splitlines()), name
        assert f"| `{shown}` |" in page


def test_the_command_takes_a_seed_and_a_percentage() -> None:
    """Two processes fail alike, and a third with another seed does not."""
    runs = []
    for seed in (5, 5, 6):
        with running_emulator(seed=seed, faults=("create:http-500-before:50%",)) as running:
            client = Client(running)
            runs.append([client.raw("POST", "/api/v1/invoice", CREATE).status_code for _ in range(20)])
    assert runs[0] == runs[1] != runs[2]


def test_a_port_in_use_is_told() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        pytest.raises(RuntimeError, match="did not start"),
        running_emulator(port=taken.getsockname()[1]),
    ):
        pytest.fail("it came up on a port that is taken")


def test_the_cipher_brings_no_client_along() -> None:
    """The emulator shares only the cipher, so importing the one must not load the other."""
    code = "import sys, batchinvoice.emulator.server; print(*(m for m in sys.modules if m.startswith('batchinvoice')))"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert [name for name in out if name.startswith("batchinvoice.gateway.")] == ["batchinvoice.gateway.cipher"]


def test_the_command_is_light_to_import() -> None:
    code = "import sys, batchinvoice.emulator.command; print('starlette' in sys.modules, 'uvicorn' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    assert out == "False False"


def _listens(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(2)
        return probe.connect_ex((host, port)) == 0
