"""The entry point: whatever stops the work is said in plain words and ends with exit code 3, never with a traceback."""

from __future__ import annotations

import gc
import io
import json
import logging
import sys
import time

import click

from batchinvoice.cli import cli
from batchinvoice.exits import Exit

_log = logging.getLogger("batchinvoice")  # this module's own name may be __main__
# Objects that are made before cycles are looked for: a large sheet is many objects and no cycles, a long delivery makes
# few cycles and must not keep them.
_SELDOM = (10_000, 100, 20)


def main() -> None:
    """Run the command of the command line and exit with its code (design: 0 well, 1 a person, 2 usage, 3 not run)."""
    began = time.monotonic()
    gc.set_threshold(*_SELDOM)
    code = _run()
    _log.info("command ended", extra={"exit_code": int(code), "ms": round((time.monotonic() - began) * 1000)})
    gc.freeze()  # what is left goes with the process: nobody need look through it for cycles once more
    sys.exit(code)


def _run() -> int:
    for stream in (sys.stdout, sys.stderr):
        # A Windows pipe may know no Arabic and no ✗: a mark in its place beats an error in the middle of a run.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        return int(cli.main(standalone_mode=False) or 0)
    except click.exceptions.Exit as done:
        return done.exit_code
    except (click.Abort, KeyboardInterrupt):
        return _could_not_run("Stopped. What was done until then is in the ledger: “batchinvoice history” shows it.")
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except Exception as error:  # the last line of defence against a traceback
        _log.error("not run", exc_info=error)  # of which only type and place are written (logs/masking.py)
        return _could_not_run(explain(error))


def _could_not_run(said: str) -> Exit:
    click.echo(said, err=True)
    if "--json" in sys.argv:
        from batchinvoice.summary import nothing_as_json

        click.echo(json.dumps(nothing_as_json(None, "failed", said)))
    return Exit.NOT_RUN


def explain(error: Exception) -> str:
    """What stopped the work. An error of our own speaks for itself; of any other only the place is told.

    The text of a foreign exception could hold a key or a customer's name.
    """
    from batchinvoice.endings import EXPECTED
    from batchinvoice.logs.masking import place_of
    from batchinvoice.screen import plain

    if isinstance(error, EXPECTED):
        return plain(str(error))  # it may name what stands in a file of somebody else's
    where = place_of(error.__traceback__)
    return (
        f"Something unexpected happened ({type(error).__name__} at {where}). What was done until then is in the "
        "ledger: “batchinvoice history” shows it, and “batchinvoice resume” goes on safely. Please report this line."
    )


if __name__ == "__main__":
    main()
