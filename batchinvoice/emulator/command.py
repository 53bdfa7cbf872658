"""The command `emulator`: start the local gateway."""

from __future__ import annotations

import sys

import click

WHEN = {
    "before": "Faults before the work, which is never done",
    "after": "Faults after the work is done",
    "later": "Faults before the work, which is done all the same",
    "behind": "Faults of look-ups (find, list)",
}


class WithKinds(click.Command):
    """A command whose help ends with the kinds of fault, one line each."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list, which is imported only now, since a web server comes with it."""
        from batchinvoice.emulator.broken_answers import KINDS

        for when, heading in WHEN.items():
            kinds = [(name, kind) for name, kind in KINDS.items() if kind.when == when]
            with formatter.section(heading):
                formatter.write_dl(
                    [(f"{name}[={kind.unit}]" if kind.unit else name, kind.help) for name, kind in kinds]
                )
        super().format_epilog(ctx, formatter)


def _say_how_to_use_it(address: str) -> None:
    from batchinvoice.emulator.sandbox import SANDBOX

    click.echo(
        "To try the other commands with it, in another window:\n"
        f"  batchinvoice setup --profile trial --base-url {address}\n"
        "and answer with the sandbox credentials that the gateway's public pages print:",
        err=True,
    )
    for name, value in SANDBOX.items():
        click.echo(f"  {name.replace('_', ' ')}: {value}", err=True)
    click.echo(
        "Then, for example: batchinvoice --profile trial watch FOLDER. Ctrl-C ends it; it forgets all.", err=True
    )


@click.command(cls=WithKinds)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8942, show_default=True, type=click.IntRange(0, 65535), help="Port; 0 is any free one.")
@click.option("--latency-ms", default=0.0, type=click.FloatRange(0), help="Wait so long before each answer.")
@click.option("--token-seconds", default=900.0, type=click.FloatRange(0), help="How long a login lasts.")
@click.option("--capacity", default=0, type=click.IntRange(0), help="Calls worked on at once; the others wait.")
@click.option("--limit-per-second", default=0, type=click.IntRange(0), help="Answer 429 to more calls in any second.")
@click.option(
    "--fault",
    "faults",
    multiple=True,
    metavar="[CALL:]KIND[=NUMBER]:EVERY[xTIMES]",
    help="Let calls fail: create:close-after:3 each third create, throttle=2:1x5 the first five calls of any name, "
    "update:cut:2.5% one update in forty by chance. The kinds are listed below. May be given more than once.",
)
@click.option("--seed", default=0, show_default=True, help="What the chance of percentages is drawn from.")
@click.option("--until-eof", is_flag=True, hidden=True, help="End when standard input closes: for a parent process.")
def emulator(
    host: str,
    port: int,
    latency_ms: float,
    token_seconds: float,
    capacity: int,
    limit_per_second: int,
    faults: tuple[str, ...],
    seed: int,
    until_eof: bool,
) -> None:
    """Run a local gateway to try things out: it sends no SMS and takes no money."""
    # Imported here, so that the commands beside this one start without a web server.
    from batchinvoice.emulator.application import Emulation
    from batchinvoice.emulator.bounds import Bounds
    from batchinvoice.emulator.server import serve

    bounds = Bounds(capacity, limit_per_second)
    emulation = Emulation(token_seconds=token_seconds, latency_ms=latency_ms, seed=seed, bounds=bounds)
    try:
        emulation.set_faults(faults)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--fault") from None
    stream = sys.stdin.buffer if until_eof else None

    def listening(address: str) -> None:
        click.echo(f"Listening on {address}")
        if not until_eof:
            _say_how_to_use_it(address)

    try:
        serve(emulation, host, port, listening, until_eof=stream)
    except OSError as error:
        raise click.ClickException(f"Port {port} on {host} cannot be had ({error.strerror}). Try --port 0.") from None
    except KeyboardInterrupt:
        return
