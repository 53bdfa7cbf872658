"""What doctor looks at where nobody watches: where notices go, and whether what is scheduled happens."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from batchinvoice.setting_up.finding import Finding, Patient, ok, warn


def notices(patient: Patient) -> Iterator[Finding]:
    """Whether the channels can be used; that something arrives only a trial shows."""
    from batchinvoice.channels import open_channels

    channels = open_channels(patient.settings.notify_urls)
    if channels:
        yield ok("notices", f"{', '.join(each.name for each in channels)}; to try: batchinvoice notify --test")
    else:
        yield ok("notices", "none are sent (BATCHINVOICE_NOTIFY names no channel)")


def schedules(patient: Patient) -> Iterator[Finding]:
    """Whether what is expected has happened."""
    from batchinvoice.schedules.heartbeat import overdue, said
    from batchinvoice.schedules.keeping import load

    kept = load(patient.settings.home)
    late = overdue(kept, dt.datetime.now(dt.UTC))
    for each in late:
        yield warn("schedules", said(each), "batchinvoice schedule --list")
    if not late:
        expected = sorted(name for name, each in kept.items() if each.expected)
        yield ok("schedules", f"nothing is overdue of {', '.join(expected)}" if expected else "nothing is scheduled")
