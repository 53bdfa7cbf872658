"""The tool at a terminal, where a person sits and answers."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from forking import processes
from whole_tool import Tool


def at_a_terminal(tool: Tool, answer: str, *words: str, **changed: str) -> tuple[int, str]:
    """Exit code and what was shown, the answer being typed at once."""
    pty = pytest.importorskip("pty", reason="needs a pseudo-terminal")
    master, slave = pty.openpty()
    env = {**os.environ, **tool.settings, **changed, "TERM": "xterm", "COLUMNS": "120"}
    command = [sys.executable, "-m", "batchinvoice", *words]
    with subprocess.Popen(command, cwd=tool.folder, env=env, stdin=slave, stdout=slave, stderr=slave) as process:
        os.close(slave)
        os.write(master, answer.encode())
        shown = b""
        while True:
            try:
                block = os.read(master, 65536)
            except OSError:  # Linux says so when the other end is closed
                break
            if not block:
                break
            shown += block
        process.wait(30)
    os.close(master)
    return process.returncode, shown.decode(errors="replace")


def conversation(tool: Tool, turns: Sequence[tuple[str, str]], *words: str, **changed: str) -> tuple[int, str]:
    """Exit code and what was shown; each turn is what to wait for, and the line that is typed then.

    What is typed before a hidden question stands there is thrown away, as from a person who types ahead. Hidden
    questions are asked at the controlling terminal, so the process has one of its own.
    """
    pty = pytest.importorskip("pty", reason="needs a pseudo-terminal")
    master, slave = pty.openpty()
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("HESABE_", "BATCHINVOICE_"))}
    env = {**clean, **tool.settings, **changed, "TERM": "xterm", "COLUMNS": "200"}
    process = processes().Process(target=_at_its_terminal, args=(list(words), tool.folder, env, os.ttyname(slave)))
    process.start()
    shown, seen = "", 0
    for awaited, typed in turns:
        while awaited not in shown[seen:]:
            block = _read(master)
            assert block, f"waited for {awaited!r} in {shown!r}"
            shown += block
        seen = shown.index(awaited, seen) + len(awaited)
        time.sleep(0.03)  # until the echo is off
        os.write(master, f"{typed}\n".encode())
    while process.is_alive() or select.select([master], [], [], 0)[0]:
        shown += _read(master, 0.05)
    os.close(slave)
    os.close(master)
    assert process.exitcode is not None
    return process.exitcode, shown


def _at_its_terminal(words: list[str], folder: Path, env: dict[str, str], name: str) -> None:
    import fcntl
    import termios

    from batchinvoice.__main__ import main

    os.setsid()
    terminal = os.open(name, os.O_RDWR)
    fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(env)
    for number, stream, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        os.dup2(terminal, number)
        setattr(sys, stream, os.fdopen(number, mode, encoding="utf-8", buffering=1))
    sys.argv = ["batchinvoice", *words]
    main()


def _read(master: int, seconds: float = 20) -> str:
    """What the terminal shows next; nothing if that takes longer."""
    ready = select.select([master], [], [], seconds)[0]
    return os.read(master, 65536).decode(errors="replace") if ready else ""
