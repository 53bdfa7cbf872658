"""All cases of the corpus, by theme."""

from __future__ import annotations

import importlib
from pathlib import Path

from corpus_case import CASES

_NO_THEMES = ("corpus_case", "corpus_files", "corpus_outcome")
THEMES = sorted(path.stem for path in Path(__file__).parent.glob("corpus_*.py") if path.stem not in _NO_THEMES)

for theme in THEMES:
    importlib.import_module(theme)

__all__ = ["CASES", "THEMES"]
