"""The ways to people, each by one URL, with Apprise: e-mail, Teams, Slack and more; a notice goes to all at once.

A URL holds passwords, so neither it nor what Apprise says of it is shown: a channel is its number and its scheme.
"""

from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from batchinvoice.events import Event
from batchinvoice.notices import Notice
from batchinvoice.settings import SettingsError

if TYPE_CHECKING:
    from apprise import AppriseAttachment
    from apprise.plugins import NotifyBase

_log = logging.getLogger(__name__)
_APPRISE_LOG = logging.getLogger("apprise")
_WIRE_LOG = logging.getLogger("urllib3.connectionpool")
_THREAD = "notice to "

_SECONDS = 30.0  # for all channels together
_MOST_BYTES = 10 * 2**20  # mail servers take some 25 MB, and files grow by a third on the way
_NO_FILES = "\n\nThe workbooks are not attached: they are too large for a message, or could not be read."
_KINDS = {Event.FINISHED: "success", Event.ATTENTION: "warning", Event.NOTHING: "info"}


@dataclass(frozen=True, slots=True)
class Channel:
    """One URL's way to people. `name` is what may be shown of it."""

    name: str
    service: NotifyBase = field(repr=False)

    @property
    def takes_files(self) -> bool:
        """Whether its messages can hold workbooks."""
        return bool(self.service.attachment_support)


@dataclass(frozen=True, slots=True)
class Delivery:
    """What came of a notice at one channel; `trouble` is empty if it was taken."""

    channel: Channel
    trouble: str


def open_channels(urls: Sequence[str]) -> tuple[Channel, ...]:
    """The channels of the URLs, in their order. Raises SettingsError for one that cannot be used."""
    return tuple(_channel(number, url) for number, url in enumerate(urls, 1))


def deliver(notice: Notice, channels: Sequence[Channel], *, attach: bool, seconds: float = _SECONDS) -> list[Delivery]:
    """Send the notice to every channel at once; returns what came of each, in their order.

    attach: with its workbooks, where a channel takes files. seconds: after which a channel is given up; it can hang for
    as long as it likes, nobody waits for it any more, not even the program's end.
    """
    files = notice.attachments if attach else ()
    sendings = [_Sending(channel, notice, files) for channel in channels]
    for sending in sendings:
        sending.start()
    until = time.monotonic() + seconds
    for sending in sendings:
        sending.join(max(0.0, until - time.monotonic()))
    late = f"it did not answer within {seconds:g} seconds"
    deliveries = [Delivery(each.channel, late if each.is_alive() else each.trouble) for each in sendings]
    for each in deliveries:
        _log.info("notice %r to %s: %s", str(notice.event), each.channel.name, each.trouble or "sent")
    return deliveries


class _Sending(threading.Thread):
    """One notice on its way to one channel."""

    def __init__(self, channel: Channel, notice: Notice, files: Sequence[Path]) -> None:
        super().__init__(name=f"{_THREAD}{channel.name}", daemon=True)
        self.channel = channel
        self.trouble = ""
        self._notice = notice
        wanted = files if channel.takes_files else ()
        self._files = wanted if _fits(wanted) else ()
        self._more = _NO_FILES if wanted and not self._files else ""

    def run(self) -> None:
        from apprise import NotifyFormat, NotifyType

        answer = _Answer()
        _APPRISE_LOG.addHandler(answer)
        try:
            sent = self.channel.service.notify(
                title=self._notice.title,
                body=self._notice.body + self._more,
                notify_type=NotifyType(_KINDS.get(self._notice.event, "failure")),
                attach=_attached(self._files),
                body_format=NotifyFormat.TEXT,
            )
            self.trouble = "" if sent else answer.words
        except BaseException as error:  # whatever a channel's code does, it does it here
            self.trouble = f"its sending broke off ({type(error).__name__})"
        finally:
            _APPRISE_LOG.removeHandler(answer)


class _Answer(logging.Handler):
    """Of Apprise's words in this thread only the number of an HTTP answer is taken: the rest may hold a URL."""

    def __init__(self) -> None:
        super().__init__()
        self.words = "it refused, or could not be reached"
        self._thread = threading.get_ident()

    def emit(self, record: logging.LogRecord) -> None:
        found = re.search(r"error=(\d{3})\b", record.getMessage())
        if found and record.thread == self._thread:
            self.words = f"it answered {found[1]}"


def _of_no_notice(record: logging.LogRecord) -> bool:
    """Whether a line of the log is not about a notice on its way: those hold its URL."""
    return not (record.threadName or "").startswith(_THREAD)


def _channel(number: int, url: str) -> Channel:
    """The channel of a URL. Redirects are not followed: a notice goes where the user says, and nowhere else."""
    scheme = found[1].lower() if (found := re.match(r"([A-Za-z][\w+.-]*)://", url)) else ""
    name = f"channel {number} ({scheme or 'no scheme'})"
    _APPRISE_LOG.propagate = False  # it tells addresses and parts of URLs
    _WIRE_LOG.addFilter(_of_no_notice)
    try:
        # Imported here: it knows more than a hundred services, which takes time.
        from apprise import Apprise, AppriseAsset

        asset = AppriseAsset(storage_mode="memory", http_redirects=False)
        service = Apprise.instantiate(url, asset=asset) if scheme else None
    except Exception as error:  # its text may hold the URL
        raise SettingsError(_UNUSABLE.format(name=name, why=f" ({type(error).__name__})")) from None
    if service is None:
        raise SettingsError(_UNUSABLE.format(name=name, why=""))
    return Channel(name, service)


_UNUSABLE = (
    "BATCHINVOICE_NOTIFY: {name} cannot be used{why}. It must be a URL as Apprise takes it, say "
    "mailtos://user:password@example.com?to=noura@example.com, with %20 for a space and %40 for an @ in a password. "
    "Correct it and try it with “batchinvoice notify --test”, or run with --no-notify."
)


def _fits(files: Sequence[Path]) -> bool:
    try:
        return sum(file.stat().st_size for file in files) <= _MOST_BYTES
    except OSError:
        return False


def _attached(files: Sequence[Path]) -> AppriseAttachment | None:
    """The files by their paths, not as text that would be taken for a URL."""
    if not files:
        return None
    from apprise import AppriseAttachment
    from apprise.attachment.file import AttachFile

    attached = AppriseAttachment()
    for file in files:
        attached.add(AttachFile(str(file.absolute())))  # type: ignore[no-untyped-call]
    return attached
