"""Tells how the work ended to those who do not watch it, through the channels of BATCHINVOICE_NOTIFY."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import click

from batchinvoice import notices
from batchinvoice.channels import Channel, deliver, open_channels
from batchinvoice.events import Event
from batchinvoice.ledger.records import Run
from batchinvoice.notices import Notice
from batchinvoice.settings import Settings, SettingsError


@dataclass(frozen=True, slots=True)
class Notifier:
    """Sends notices to the channels (to none, if there are none); `say` is told, in words, of one that went wrong."""

    settings: Settings
    channels: tuple[Channel, ...]
    say: Callable[[str], None]
    muted: frozenset[Event] = frozenset()

    def without(self, *events: Event) -> Notifier:
        """The same, telling nothing of these events."""
        return replace(self, muted=self.muted | set(events))

    def tell(self, notice: Notice) -> None:
        """Send the notice, if notices of its event are wanted. Whatever comes of it, nothing is raised."""
        if notice.event not in self.settings.notify_events - self.muted:
            return
        try:
            for sent in deliver(notice, self.channels, attach=self.settings.notify_attach):
                if sent.trouble:
                    self.say(f"The notice did not reach {sent.channel.name}: {sent.trouble}.")
        except Exception as error:  # a notice is never worth a run
            self.say(f"The notice was not sent ({type(error).__name__}).")

    @contextmanager
    def telling(self, work: Path | Run | None) -> Iterator[None]:
        """Inside, an error stops the sheet or run, or the program before either: it is told, and goes on its way."""
        try:
            yield
        except (click.Abort, click.ClickException):  # a person's answer
            raise
        except Exception as error:
            self.tell(notices.failed(self.settings, work, error))
            raise


def open_notifier(
    settings: Settings, say: Callable[[str], None], *, wanted: bool = True, needed: bool = False
) -> Notifier:
    """What sends notices, if they are wanted and the settings name a channel; `needed`: it must.

    Raises SettingsError.
    """
    channels = open_channels(settings.notify_urls) if wanted else ()
    if needed and not channels:
        raise SettingsError(
            "BATCHINVOICE_NOTIFY names no channel, so no notice can be sent. Set it to a URL as Apprise takes it, say "
            "mailtos://user:password@example.com?to=noura@example.com, then try it: batchinvoice notify --test"
        )
    return Notifier(settings, channels, say)
