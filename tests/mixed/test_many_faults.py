"""Five hundred rows while one call in five fails in any of the ways it can: each invoice once, each customer once."""

from __future__ import annotations

import os
import random
from pathlib import Path

from job import job_in, row

from batchinvoice.emulator.process import RunningEmulator
from batchinvoice.invoices.lifecycle import RowStatus, RunStatus, SmsStatus

ROWS, SHARE = 500, 20  # per cent of the calls of each name
LOST = ("http-500-before", "http-502-after", "http-503-before", "html-200", "garbled", "cut", "empty", "reset")
FAULTS = {
    "create": (
        *("close-before", "close-after", "throttle=0", "unauthorised", "drip=0.00001", "drip=0.01", "late=0.4"),
        *("hang-before=0.8", *LOST),
    ),
    "send": ("close-before", "close-after", "throttle=0", "unauthorised", "drip=0.00001", *LOST),
    "find": ("close-before", "throttle=0", "unauthorised", "lag=0.2", "lag=0.1", "drip=0.00001", *LOST),
    "login": ("close-before", "close-after", "throttle=0", "unauthorised", *LOST),
}


def test_many_rows_and_every_fifth_call_failing(emulator: RunningEmulator, tmp_path: Path) -> None:
    seed = int(os.environ.get("BATCHINVOICE_SEED") or random.randrange(10**6))
    print(f"BATCHINVOICE_SEED={seed}")  # noqa: T201 - to do it again
    sheet = [row(n, f"{n + 1}.250", delivery="link" if n % 5 == 0 else "sms") for n in range(ROWS)]
    faults = [f"{call}:{kind}:{SHARE / len(kinds):.2f}%" for call, kinds in FAULTS.items() for kind in kinds]
    with job_in(tmp_path, emulator, concurrency=8, timeout=0.6, settle_seconds=1.0, sms_chunk=10) as job:
        emulator.set(seed=seed)
        emulator.set_faults(*faults)
        run = job.run(sheet)
        while run.status is RunStatus.PLANNED:  # the gateway could not be proved
            run = job.drive(run)
        job.resume()
        print(f"resumed {job.resumes} times")  # noqa: T201
        emulator.set_faults()
        assert job.wrong(sheet) == []
        assert {row.status for row in job.ledger.rows(run)} == {RowStatus.CREATED, RowStatus.ADOPTED}
        assert job.ledger.sms_counts(run).keys() <= {SmsStatus.SENT, SmsStatus.NOT_WANTED, SmsStatus.UNKNOWN}
