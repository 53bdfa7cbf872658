"""What every line carries without being told: the command, the run, the row; also into worker threads."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import copy_context
from typing import ParamSpec, TypeVar

from structlog.contextvars import bind_contextvars, bound_contextvars

__all__ = ["bind_contextvars", "bound_contextvars", "carried"]

P = ParamSpec("P")
T = TypeVar("T")


def carried(function: Callable[P, T]) -> Callable[P, T]:
    """The function, for a pool: wherever it is called, its lines carry what is bound here and now.

    A thread of a pool knows nothing of its caller by itself. Each call has a copy of its own, since no two threads may
    be in one context at a time.
    """
    here = copy_context()

    def call(*args: P.args, **kwargs: P.kwargs) -> T:
        return here.copy().run(function, *args, **kwargs)

    return call
