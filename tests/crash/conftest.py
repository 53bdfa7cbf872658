"""Two gateways for the crash tests, which run two trials at a time."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from forking import processes
from scene import Lanes

from batchinvoice.emulator.process import running_emulator


@pytest.fixture(scope="session")
def lanes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lanes]:
    with running_emulator() as one, running_emulator() as other:
        yield Lanes([one, other], processes(), tmp_path_factory.mktemp("crash"))
