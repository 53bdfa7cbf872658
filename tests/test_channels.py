"""Sending a notice: within its time, whatever a channel's code does, and without a word of any URL."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import apprise  # noqa: F401 (as opening a channel does: loading it is not part of sending)
import pytest
from post_office import web_hook

from batchinvoice import channels as module
from batchinvoice.channels import Channel, deliver, open_channels
from batchinvoice.events import Event
from batchinvoice.loading import load
from batchinvoice.notices import Notice
from batchinvoice.notifier import open_notifier
from batchinvoice.settings import SettingsError

NOTICE = Notice(Event.FINISHED, "a title", "a body")


class _Service:
    """A channel's code that does what a test says."""

    def __init__(self, does: Any = lambda: True, takes_files: bool = True) -> None:
        self.attachment_support = takes_files
        self.said: list[dict[str, Any]] = []
        self._does = does

    def notify(self, **said: Any) -> bool:
        self.said.append(said)
        return bool(self._does())


def _channel(service: Any, name: str = "channel 1 (x)") -> Channel:
    return Channel(name, service)


def _breaks(error: BaseException) -> Any:
    def raises() -> bool:
        raise error

    return raises


def test_one_that_hangs_is_given_up_and_holds_no_other_back() -> None:
    let_go = threading.Event()
    good = _Service()
    started = time.monotonic()
    first, second = deliver(
        NOTICE, [_channel(_Service(lambda: let_go.wait(20))), _channel(good)], attach=True, seconds=0.1
    )
    assert time.monotonic() - started < 2
    let_go.set()
    assert first.trouble == "it did not answer within 0.1 seconds"
    assert (second.trouble, len(good.said)) == ("", 1)


def test_nobody_waits_for_one_that_hangs_at_the_program_s_end() -> None:
    let_go = threading.Event()
    deliver(NOTICE, [_channel(_Service(lambda: let_go.wait(20)))], attach=True, seconds=0.01)
    hanging = [thread for thread in threading.enumerate() if thread.name == "notice to channel 1 (x)"]
    assert [thread.daemon for thread in hanging] == [True]
    let_go.set()


def test_each_channel_s_answer_is_its_own() -> None:
    """They are sent to at the same time, and Apprise has one log for all."""
    both = threading.Barrier(2, timeout=5)

    def answered(words: str) -> Any:
        def refuses() -> bool:
            both.wait()
            logging.getLogger("apprise").warning(words)
            both.wait()
            return False

        return refuses

    services = [_Service(answered("a connection error")), _Service(answered("Failed to send: error=503."))]
    first, second = deliver(NOTICE, [_channel(each) for each in services], attach=True)
    assert (first.trouble, second.trouble) == ("it refused, or could not be reached", "it answered 503")


@pytest.mark.parametrize("error", [ValueError("pass-w0rd"), SystemExit(7), KeyboardInterrupt()])
def test_one_that_breaks_is_told_by_the_kind_of_its_error(error: BaseException) -> None:
    (sent,) = deliver(NOTICE, [_channel(_Service(_breaks(error)))], attach=True)
    assert sent.trouble == f"its sending broke off ({type(error).__name__})"


def test_workbooks_that_are_too_large_or_gone_are_left_out_and_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = tmp_path / "a.report.xlsx"
    book.write_bytes(b"12345")
    service, text_alone = _Service(), _Service(takes_files=False)

    def sent(file: Path) -> dict[str, Any]:
        deliver(Notice(Event.FINISHED, "t", "b", (file,)), [_channel(service), _channel(text_alone)], attach=True)
        assert (text_alone.said[-1]["attach"], text_alone.said[-1]["body"]) == (None, "b")
        return service.said[-1]

    assert [each.path for each in sent(book)["attach"]] == [str(book)]
    assert "not attached" in sent(tmp_path / "gone.xlsx")["body"]
    monkeypatch.setattr(module, "_MOST_BYTES", 4)
    assert (sent(book)["attach"], "not attached" in sent(book)["body"]) == (None, True)


class _Log(logging.Handler):
    """A log of ours. (Pytest's own capture looks into Apprise's log itself, once that keeps its lines to itself.)"""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> Iterator[_Log]:
    caplog.set_level(logging.DEBUG)
    log = _Log()
    logging.getLogger().addHandler(log)
    yield log
    logging.getLogger().removeHandler(log)


def test_what_apprise_logs_reaches_no_log_of_ours(log: _Log) -> None:
    with web_hook() as hook:
        hook.answer = 404
        channels = open_channels(["json://hook:pass-w0rd@127.0.0.1:9/t0ken", hook.url])
        before = list(logging.getLogger("apprise").handlers)
        deliver(NOTICE, channels, attach=True)
    assert log.lines == [
        "notice 'finished' to channel 1 (json): it refused, or could not be reached",
        "notice 'finished' to channel 2 (json): it answered 404",
    ]
    assert "t0ken" not in repr(channels)
    assert logging.getLogger("apprise").handlers == before


@pytest.mark.parametrize(
    "url", ["nosuch://u:pass-w0rd@h", "pass-w0rd", "mailto://", "mailto://u:pass-w0rd@h?to=", "://pass-w0rd"]
)
def test_a_url_that_cannot_be_used_is_named_by_its_scheme_alone(url: str) -> None:
    with pytest.raises(SettingsError, match=r"channel 2 \((nosuch|mailto|no scheme)\) cannot be used") as caught:
        open_channels(["json://127.0.0.1/x", url])
    assert "pass-w0rd" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_notifier_that_breaks_is_said_and_raises_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    notifier = open_notifier(load(BATCHINVOICE_NOTIFY="json://127.0.0.1/x"), said.append)
    monkeypatch.setattr("batchinvoice.notifier.deliver", lambda *_, **__: _breaks(RuntimeError("pass-w0rd"))())
    notifier.tell(NOTICE)
    assert said == ["The notice was not sent (RuntimeError)."]


def test_without_a_channel_nothing_is_sent_and_nothing_said() -> None:
    said: list[str] = []
    notifier = open_notifier(load(BATCHINVOICE_NOTIFY=""), said.append)
    notifier.tell(NOTICE)
    with pytest.raises(ValueError, match="on its way"), notifier.telling(None):
        raise ValueError("on its way")
    assert said == []
    with pytest.raises(SettingsError, match="names no channel"):
        open_notifier(load(BATCHINVOICE_NOTIFY=""), said.append, needed=True)
