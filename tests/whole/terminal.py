"""The tool at a terminal, where a person sits and answers."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
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
