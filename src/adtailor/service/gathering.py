"""Requests that come at once are answered by one call: together they wait for the disk once."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from litestar.concurrency import sync_to_thread

Ask = TypeVar("Ask")
Answer = TypeVar("Answer")
MOST_AT_ONCE = 1_000


class Gathering(Generic[Ask, Answer]):
    """While a thread answers some, the next gather; nobody waits for others to come."""

    def __init__(self, handle: Callable[[Sequence[Ask]], Sequence[Answer]]) -> None:
        self._handle = handle
        self._waiting: list[tuple[Ask, asyncio.Future[Answer]]] = []
        self._task: asyncio.Task[None] | None = None

    async def __call__(self, ask: Ask) -> Answer:
        """The answer; raises what `handle` raised for all who were asked about together."""
        future = asyncio.get_running_loop().create_future()
        self._waiting.append((ask, future))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._answer())
        return await future

    async def _answer(self) -> None:
        while self._waiting:
            some, self._waiting = self._waiting[:MOST_AT_ONCE], self._waiting[MOST_AT_ONCE:]
            try:
                answers = await sync_to_thread(self._handle, [ask for ask, _ in some])
            except Exception as error:
                for _, future in some:
                    if not future.done():
                        future.set_exception(error)
                continue
            for (_, future), answer in zip(some, answers, strict=True):
                if not future.done():  # whoever asked may have gone
                    future.set_result(answer)
