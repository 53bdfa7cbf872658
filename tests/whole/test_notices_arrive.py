"""Those who do not watch are told how a run ended, by mail or hook; whatever a channel does, the run is the same."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from post_office import Letter, PostOffice, mail_server, web_hook
from terminal import at_a_terminal
from whole_tool import Tool

from batchinvoice.emulator.process import RunningEmulator
from batchinvoice.emulator.sandbox import SANDBOX

GOOD = ["REF-KEEP-1", "Canary Al-Person", "66109753", 120.5, "canary@example.net", "sms"]
BAD = ["REF-KEEP-2", "Bulbul Al-Person", "66108642", "12.34567", "bulbul@example.net", "sms"]
PERSONAL = ("REF-KEEP", "Canary", "Bulbul", "Al-Person", "66109753", "66108642", "@example.net", "12.34567")
SECRETS = tuple(value for name, value in SANDBOX.items() if name not in ("merchant_code", "username"))


@pytest.fixture
def mail() -> Iterator[PostOffice]:
    with mail_server() as office:
        yield office


@pytest.fixture
def hook() -> Iterator[PostOffice]:
    with web_hook() as office:
        yield office


def _about_nobody(letter: Letter) -> None:
    said = letter.title + letter.text
    assert not [word for word in (*PERSONAL, *SECRETS) if word in said], said


def _secret(text: str) -> None:
    assert not [word for word in ("pass-w0rd", "t0ken", "noura@example.com", "127.0.0.1") if word in text], text
    assert "Traceback" not in text


def _workbooks(tool: Tool) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (tool.folder / "reports").glob("*.xlsx")}


def test_a_mail_tells_what_came_of_it_with_the_report_and_the_corrections(tool: Tool, mail: PostOffice) -> None:
    done = tool("run", tool.sheet("november.xlsx", [GOOD, BAD]), BATCHINVOICE_NOTIFY=mail.url)
    assert done.returncode == 1
    (letter,) = mail.letters
    assert letter.title.startswith("SANDBOX (test): a person is needed: november.xlsx, run ")
    for words in (
        f"merchant {SANDBOX['merchant_code']}",
        "created: 1 row, 120.500 KWD\ninvalid: 1 row, ",
        "difference (must be 0): 0 rows, 0.000 KWD",
        "text messages: 1 sent",
        "Mend the marked cells in the corrections workbook, then: batchinvoice run ",
    ):
        assert words in letter.text
    _about_nobody(letter)
    assert letter.files == _workbooks(tool)
    assert len(letter.files) == 2
    assert done.stderr == ""


def test_a_web_hook_gets_the_same_and_without_files_if_that_is_set(tool: Tool, hook: PostOffice) -> None:
    tool("run", tool.sheet("a.xlsx", [GOOD]), BATCHINVOICE_NOTIFY=hook.url)
    tool("run", tool.sheet("b.xlsx", [GOOD, BAD]), BATCHINVOICE_NOTIFY=hook.url, BATCHINVOICE_NOTIFY_ATTACH="no")
    first, second = hook.letters
    assert first.title.startswith("SANDBOX (test): finished: a.xlsx")
    assert "Nothing is left to do." in first.text
    assert len(first.files) == 1
    assert first.files.items() <= _workbooks(tool).items()
    assert second.files == {}
    for letter in hook.letters:
        _about_nobody(letter)


def test_each_sheet_is_told_once_even_one_that_could_not_be_run(tool: Tool, hook: PostOffice) -> None:
    """One that nobody can read, one whose header quotes a person, one that is wholly done already."""
    (tool.folder / "junk.xlsx").write_bytes(b"Canary Al-Person 66109753")
    odd = tool.sheet("odd.xlsx", [GOOD], ["Reference Number", "Canary Al-Person", "66109753", "Amount", "E", "D"])
    good = tool.sheet("good.xlsx", [GOOD])
    done = tool("run", tool.folder / "junk.xlsx", odd, good, good, BATCHINVOICE_NOTIFY=hook.url)
    assert done.returncode == 3
    assert [letter.title.partition(",")[0] for letter in hook.letters] == [
        "SANDBOX (test): junk.xlsx was not run",
        "SANDBOX (test): odd.xlsx was not run",
        "SANDBOX (test): finished: good.xlsx",
        "SANDBOX (test): finished: good.xlsx",
    ]
    assert "batchinvoice check" in hook.letters[1].text
    for letter in hook.letters:
        _about_nobody(letter)


def test_what_is_open_about_a_sheet_is_told_by_code_and_cell(tool: Tool, hook: PostOffice) -> None:
    done = tool("run", tool.sheet("a.xlsx", [GOOD]), "--expect-total", "999", BATCHINVOICE_NOTIFY=hook.url)
    assert done.returncode == 3
    assert "must be answered or mended first: total-differs" in hook.letters[0].text
    _about_nobody(hook.letters[0])


def test_a_refused_login_and_a_gateway_that_is_gone_are_told(tool: Tool, hook: PostOffice) -> None:
    sheet = tool.sheet("a.xlsx", [GOOD])
    tool("run", sheet, tool.sheet("b.xlsx", [GOOD]), BATCHINVOICE_NOTIFY=hook.url, HESABE_PASSWORD="wrong-one")
    tool(
        "run", sheet, BATCHINVOICE_NOTIFY=hook.url, BATCHINVOICE_BASE_URL="http://127.0.0.1:9", BATCHINVOICE_TIMEOUT="1"
    )
    refused, next_one, gone = hook.letters
    assert next_one.title == "SANDBOX (test): b.xlsx was not run"
    assert "When that is mended: batchinvoice run" in next_one.text
    assert "Check HESABE_USERNAME and HESABE_PASSWORD" in refused.text
    assert "Then: batchinvoice resume " in refused.text
    assert "could not be reached" in gone.text
    for letter in hook.letters:
        _about_nobody(letter)
        assert "wrong-one" not in letter.text


def test_a_stopped_run_is_told_once_with_how_to_go_on(tool: Tool, gateway: RunningEmulator, hook: PostOffice) -> None:
    """The gateway's own words, which may quote a customer, stay out of the notice."""
    gateway.set_faults("create:http-500-before:1")
    rows = [[f"REF-KEEP-{n}", *GOOD[1:]] for n in range(30)]
    sheet = tool.sheet("a.xlsx", rows)
    done = tool("run", sheet, BATCHINVOICE_NOTIFY=hook.url, BATCHINVOICE_CONCURRENCY="1")
    assert done.returncode == 3
    (letter,) = hook.letters
    assert letter.title.startswith("SANDBOX (test): stopped: a.xlsx")
    assert "batchinvoice resume " in letter.text
    _about_nobody(letter)


def test_a_ledger_that_cannot_be_opened_is_told(tool: Tool, hook: PostOffice) -> None:
    (tool.folder / "a file").write_text("")
    sheet = tool.sheet("a.xlsx", [GOOD])
    done = tool("run", sheet, BATCHINVOICE_NOTIFY=hook.url, BATCHINVOICE_HOME=str(tool.folder / "a file"))
    assert done.returncode == 3
    assert "could not begin" in hook.letters[0].title
    assert "ledger" in hook.letters[0].text
    assert tool("apply", "20261124-999", BATCHINVOICE_NOTIFY=hook.url).returncode == 3
    assert "no run of that name" in hook.letters[1].text


@pytest.mark.parametrize(("on", "told"), [("attention,failed", 0), ("finished", 1), ("", 1)])
def test_only_the_events_that_are_wanted_are_told(tool: Tool, hook: PostOffice, on: str, told: int) -> None:
    tool("run", tool.sheet("a.xlsx", [GOOD]), BATCHINVOICE_NOTIFY=hook.url, BATCHINVOICE_NOTIFY_ON=on)
    assert len(hook.letters) == told


def test_a_person_at_the_terminal_is_not_told_unless_they_say_so(tool: Tool, hook: PostOffice) -> None:
    tool.sheet("a.xlsx", [GOOD])
    tool.settings["BATCHINVOICE_NOTIFY"] = hook.url
    assert at_a_terminal(tool, "y\n", "run", "a.xlsx")[0] == 0
    assert hook.letters == []
    assert at_a_terminal(tool, "y\n", "run", "a.xlsx", "--notify")[0] == 0
    assert len(hook.letters) == 1
    assert tool("run", "a.xlsx", "--no-notify").returncode == 0
    assert len(hook.letters) == 1


def _same_as_ever(tool: Tool, url: str, said: str) -> None:
    """With such a channel a run ends as it would without: same exit code, report there, and one line about it."""
    started = time.monotonic()
    done = tool("-v", "run", tool.sheet("a.xlsx", [GOOD, BAD]), BATCHINVOICE_NOTIFY=url)
    assert time.monotonic() - started < 15
    assert done.returncode == 1
    assert len(_workbooks(tool)) == 2
    assert said in done.stderr
    _secret(done.stderr.replace(tool.settings["BATCHINVOICE_BASE_URL"], ""))
    _secret(done.stdout)


def test_a_channel_that_is_not_there_changes_nothing(tool: Tool) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # taken and not listened to: refused
        url = f"json://hook:pass-w0rd@127.0.0.1:{taken.getsockname()[1]}/t0ken"
        _same_as_ever(tool, url, "did not reach channel 1 (json): it refused, or could not be reached.")


@pytest.mark.parametrize("answer", [500, 302])
def test_a_channel_that_fails_or_sends_elsewhere_changes_nothing(tool: Tool, hook: PostOffice, answer: int) -> None:
    hook.answer = answer
    _same_as_ever(tool, hook.url, f"did not reach channel 1 (json): it answered {answer}.")
    assert len(hook.letters) == 1  # the redirect was not followed


def test_a_channel_that_hangs_changes_nothing_and_holds_no_other_back(tool: Tool, hook: PostOffice) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"json://hook:pass-w0rd@127.0.0.1:{silent.getsockname()[1]}/t0ken?rto=0.3"
        _same_as_ever(tool, f"{url}\n{hook.url}", "did not reach channel 1 (json)")
    assert len(hook.letters) == 1


@pytest.mark.parametrize("url", ["nosuch://pass-w0rd@127.0.0.1/t0ken", "mailto://", "t0ken-pass-w0rd"])
def test_a_url_that_cannot_be_used_is_said_before_anything_is_sent(
    tool: Tool, gateway: RunningEmulator, url: str
) -> None:
    done = tool("run", tool.sheet("a.xlsx", [GOOD]), BATCHINVOICE_NOTIFY=url)
    assert done.returncode == 3
    assert f"channel 1 ({url.partition('://')[0] if '://' in url else 'no scheme'}) cannot be used" in done.stderr
    _secret(done.stderr.replace("noura@example.com", ""))  # that of the example
    assert gateway.truth()["invoices"] == []


def test_a_trial_says_which_channel_works(tool: Tool, mail: PostOffice, hook: PostOffice) -> None:
    hook.answer = 404
    both = f"{mail.url} {hook.url}"
    shown = tool("notify", BATCHINVOICE_NOTIFY=both)
    assert shown.returncode == 0
    assert "Channel 1 (mailto): workbooks are attached" in shown.stdout
    assert mail.letters == []
    done = tool("notify", "--test", BATCHINVOICE_NOTIFY=both)
    assert done.returncode == 1
    assert "Channel 1 (mailto): sent." in done.stdout
    assert "Channel 2 (json): did not work: it answered 404." in done.stderr
    (letter,) = mail.letters
    assert letter.title == "SANDBOX (test): a trial notice"
    assert [*letter.files] == ["batchinvoice-trial.xlsx"]
    _secret(done.stdout + done.stderr)
    hook.answer = 200
    assert tool("notify", "--test", BATCHINVOICE_NOTIFY=both).returncode == 0
    assert tool("notify", "--test").returncode == 3


def test_an_odd_file_name_is_told_in_one_line(tool: Tool, mail: PostOffice) -> None:
    sheet = tool.sheet("plain.xlsx", [GOOD])
    odd = sheet.rename(Path(sheet.parent, "نوفمبر %20 ?x=1 & <b>.xlsx"))
    tool("run", odd, BATCHINVOICE_NOTIFY=mail.url)
    (letter,) = mail.letters
    assert odd.name in letter.title
    assert letter.files == _workbooks(tool)
