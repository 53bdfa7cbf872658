"""How long it takes to begin: help and the check of ten rows, beside Python's own start and the import of pandas.

python benchmarks/startup.py [--rounds 15] [--json OUT]: each in turn, in a process of its own, so that what else the
machine does falls on all of them. Processor time, the median; and what of a check is the import of which package. (With
Hypothesis installed, as for the tests, pandera loads it, too: that part is no user's.)
"""

from __future__ import annotations

import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

import click
import psutil
from sheets import write_xlsx

from batchinvoice.emulator.sandbox import SANDBOX

_LINE = re.compile(r"import time:\s*(\d+) \|\s*\d+ \|\s*(\S+)")


def seconds(words: list[str], folder: Path) -> float:
    """User and system time of one process and its children."""
    with subprocess.Popen(  # noqa: S603 (our own words)
        words, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        before = psutil.Process().cpu_times()
        if process.wait():
            raise click.ClickException(f"{words} ended with {process.returncode}")
        after = psutil.Process().cpu_times()
    spent = (after.children_user - before.children_user) + (after.children_system - before.children_system)
    return float(spent)


def imported(words: list[str], folder: Path) -> dict[str, float]:
    """Seconds that each package took to be loaded, without those that it loads, the longest first."""
    told = subprocess.run(  # noqa: S603 (our own words)
        [sys.executable, "-X", "importtime", *words[1:]], cwd=folder, capture_output=True, encoding="utf-8", check=True
    ).stderr
    spent: dict[str, float] = defaultdict(float)
    for microseconds, module in _LINE.findall(told):
        spent[module.partition(".")[0]] += int(microseconds) / 1e6
    return dict(sorted(spent.items(), key=lambda each: -each[1]))


@click.command()
@click.option("--rounds", type=int, default=15, show_default=True)
@click.option("--json", "out", type=click.Path(path_type=Path), help="Write the figures there, too.")
def main(rounds: int, out: Path | None) -> None:
    """Measure the start of the tool."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        write_xlsx(folder / "ten.xlsx", 10)
        os.environ |= {f"HESABE_{name.upper()}": value for name, value in SANDBOX.items()}
        os.environ |= {"BATCHINVOICE_HOME": str(folder), "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"}
        tool = [sys.executable, "-m", "batchinvoice"]
        each = {
            "python": [sys.executable, "-c", "pass"],
            "import pandas": [sys.executable, "-c", "import pandas"],
            "--help": [*tool, "--help"],
            "check of ten rows": [*tool, "check", "ten.xlsx"],
        }
        times: dict[str, list[float]] = {name: [] for name in each}
        for number in range(rounds + 1):
            for name, words in each.items():
                spent = seconds(words, folder)
                if number:  # the first round writes what Python keeps of its modules
                    times[name].append(spent)
        median = {name: statistics.median(found) for name, found in times.items()}
        packages = imported(each["check of ten rows"], folder)
    limit = 0.25 * median["import pandas"] + median["python"]
    for name, found in median.items():
        click.echo(f"{name:20}{found:8.3f} s{found / median['import pandas']:8.2f} × import pandas")
    click.echo(f"--help takes {median['--help'] / limit:.2f} of its limit (0.25 × import pandas + python)")
    share = sum(packages.values()) / median["check of ten rows"]
    most = ", ".join(f"{name} {spent:.3f} s" for name, spent in list(packages.items())[:10])
    click.echo(f"imports are {share:.0%} of the check, by Python's own account, which makes them slower: {most}")
    if out:
        figures = {"seconds": median, "help of its limit": median["--help"] / limit, "imports of check": packages}
        out.write_text(json.dumps(figures, indent=2), encoding="utf-8")


if __name__ == "__main__":
    main()
