"""Abreast: one question after another, as many at once as the pace allows."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import TypeVar

from batchinvoice.logs.context import carried
from batchinvoice.runs.job import Job

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")


def abreast(job: Job, ask: Callable[[Asked], Answer], each: Sequence[Asked]) -> list[Answer]:
    """What `ask` says of each, in their order. What it raises is raised, once the calls under way have ended."""
    waiting = deque(enumerate(each))
    flying: dict[Future[Answer], int] = {}
    answers: dict[int, Answer] = {}
    allowed = job.allowed(0)
    with ThreadPoolExecutor(job.terms.workers, thread_name_prefix="abreast") as pool:
        while waiting or flying:
            while waiting and len(flying) < allowed:
                number, asked = waiting.popleft()
                flying[pool.submit(carried(ask), asked)] = number
            most = len(flying)
            for future in wait(flying, return_when=FIRST_COMPLETED).done:
                answers[flying.pop(future)] = future.result()
            allowed = job.allowed(most)
    return [answers[number] for number in range(len(each))]
