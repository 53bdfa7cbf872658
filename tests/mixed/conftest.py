"""Where the helpers of other tests are that these use: the crash scene and the tool as its users start it."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path += [str(Path(__file__).parents[1] / folder) for folder in ("crash", "whole")]
