"""Write the golden files of the corpus anew: `python tests/corpus/regenerate.py`, then look at what has changed."""

from __future__ import annotations

from corpus import CASES
from corpus_outcome import GOLDEN, golden, outcome


def main() -> None:
    """One file for each case, and none that has no case."""
    GOLDEN.mkdir(exist_ok=True)
    for path in GOLDEN.glob("*.json"):
        if path.stem not in CASES:
            path.unlink()
    for name in CASES:
        (GOLDEN / f"{name}.json").write_text(golden(outcome(name)), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
