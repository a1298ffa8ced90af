"""Work over all cores: processes that each do one piece at a time, and answers in the order of the questions.

The number of pieces in flight is bounded, so memory does not grow with the work. A process that is killed costs the
piece it held and nothing else. What a piece is, and what is done with it, is the setup's; see `batch_worker`.
"""

from __future__ import annotations

import contextlib
import logging
import multiprocessing
import os
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkServerProcess, SpawnProcess
from types import ModuleType, TracebackType
from typing import Protocol, Self

from vc_core.errors import EdubadgesError

log = logging.getLogger(__name__)

PIECES_PER_WORKER = 4
"""How many pieces may be unanswered for each worker: one in hand, the others done while an earlier one is slow."""
MAX_DEATHS_IN_A_ROW = 5
_PATIENCE_S = 2.0


class WorkersStop(EdubadgesError):
    """Process after process ended without having done anything, so going on is of no use."""

    title = "The processes that do the work stop again and again"
    code = "workers-stop"


class Handler[Piece, Answer](Protocol):
    """What a process does with one piece."""

    def __call__(self, piece: Piece, /) -> Answer:
        """Return the answer; what is raised ends the process."""
        ...


class Setup[Piece, Answer](Protocol):
    """What a process is told when it starts; it travels there, so it must be picklable."""

    def open(self, ask: Callable[[object], object], /) -> Handler[Piece, Answer]:
        """Return the handler, ready for use; `ask` puts a question to the process that gives out the work."""
        ...


def available_cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return max(1, len(os.sched_getaffinity(0)))
    return os.cpu_count() or 1


@dataclass(frozen=True, slots=True)
class _Answered:
    value: object


@dataclass(frozen=True, slots=True)
class _Asked:
    question: object


class _Task[Piece, Answer]:
    __slots__ = ("answer", "done", "piece")

    def __init__(self, piece: Piece) -> None:
        self.piece = piece
        self.answer: Answer | None = None
        self.done = False


class _Worker[Piece, Answer]:
    """One process, its connection, and the task it holds."""

    def __init__(
        self, connection: Connection, process: ForkServerProcess | SpawnProcess, task: _Task[Piece, Answer] | None
    ) -> None:
        self.connection = connection
        self.process = process
        self.task = task

    def end(self, patience_s: float) -> None:
        """Close the connection, on which the process ends itself; one that does not is ended."""
        self.connection.close()
        self.process.join(patience_s)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()
        self.process.close()


class WorkerPool[Piece, Answer]:
    """Some processes of one setup; use it in a `with`, from one thread."""

    def __init__(
        self,
        setup: Setup[Piece, Answer],
        *,
        workers: int | None = None,
        reply: Callable[[object], object] | None = None,
        is_ready: Callable[[], bool] | None = None,
    ) -> None:
        """Start nothing yet.

        Args:
            setup: what every process is told.
            workers: how many there may be; as many as there are cores when not given.
            reply: answers what a process asks, one question at a time, in a thread of its own.
            is_ready: says whether the next piece can be had without waiting, for pieces that come from somebody who
                may wait for an answer first.
        """
        self._setup = setup
        self._limit = workers or available_cores()
        self._reply = reply
        self._is_ready = is_ready or (lambda: True)
        self._context = _context(type(setup).__module__)
        self._workers: list[_Worker[Piece, Answer]] = []
        self._tasks: deque[_Task[Piece, Answer]] = deque()
        self._deaths = 0
        self._replies: dict[Future[object], _Worker[Piece, Answer]] = {}
        self._thread = ThreadPoolExecutor(max_workers=1) if reply is not None else None
        self._bell, self._ring = multiprocessing.Pipe(duplex=False)
        self.most_in_flight = 0
        """The largest number of unanswered pieces there was, to see that it is bounded."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close(hastily=kind is not None)

    @property
    def process_ids(self) -> list[int]:
        """Return the processes there are now."""
        return [worker.process.pid for worker in self._workers if worker.process.pid is not None]

    def close(self, *, hastily: bool = False) -> None:
        """End every process."""
        if self._thread is not None:
            self._thread.shutdown(wait=not hastily, cancel_futures=True)
        for worker in self._workers:
            worker.end(0 if hastily else _PATIENCE_S)
        self._workers.clear()
        self._tasks.clear()
        self._bell.close()
        self._ring.close()

    def map(self, pieces: Iterable[Piece]) -> Iterator[tuple[Piece, Answer | None]]:
        """Yield every piece with its answer, in order; None when the process that held it ended.

        Raises:
            WorkersStop: processes end one after the other without an answer in between.
        """
        source = iter(pieces)
        more = True
        while more or self._tasks:
            while more and self._has_room() and (not self._tasks or self._is_ready()):
                try:
                    task = _Task[Piece, Answer](next(source))
                except StopIteration:
                    more = False
                    break
                self._tasks.append(task)
                self.most_in_flight = max(self.most_in_flight, len(self._tasks))
                self._give(task)
            if self._tasks and not self._tasks[0].done:
                self._listen()
            while self._tasks and self._tasks[0].done:
                first = self._tasks.popleft()
                yield first.piece, first.answer

    # --- giving out ---------------------------------------------------------------------------------------------------

    def _has_room(self) -> bool:
        if len(self._tasks) >= self._limit * PIECES_PER_WORKER:
            return False
        return len(self._workers) < self._limit or any(worker.task is None for worker in self._workers)

    def _give(self, task: _Task[Piece, Answer]) -> None:
        """Send a task to a process that waits; to a new one when there is none, or when it turns out to have ended."""
        while True:
            worker = next((worker for worker in self._workers if worker.task is None), None) or self._start()
            try:
                worker.connection.send(task.piece)
            except OSError:
                self._bury(worker)
                continue
            worker.task = task
            return

    def _start(self) -> _Worker[Piece, Answer]:
        ours, theirs = multiprocessing.Pipe()
        process = self._context.Process(target=_work, args=(theirs, self._setup), daemon=True)
        with _program_unseen():
            process.start()
        theirs.close()
        worker = _Worker[Piece, Answer](ours, process, None)
        self._workers.append(worker)
        return worker

    # --- listening ----------------------------------------------------------------------------------------------------

    def _listen(self) -> None:
        """Wait until something is said, and take in all of it."""
        by_connection = {worker.connection: worker for worker in self._workers}
        for ready in wait([*by_connection, self._bell]):
            if ready is self._bell:
                self._bell.recv_bytes()
                self._send_replies()
            else:
                self._hear(by_connection[ready])  # type: ignore[index]  # what is waited for are these connections

    def _hear(self, worker: _Worker[Piece, Answer]) -> None:
        try:
            said = worker.connection.recv()
        except (EOFError, OSError):
            self._bury(worker)
            return
        if isinstance(said, _Asked):
            self._consider(worker, said.question)
        elif isinstance(said, _Answered) and worker.task is not None:
            worker.task.answer = said.value  # type: ignore[assignment]  # the setup's handler made it
            worker.task.done = True
            worker.task = None
            self._deaths = 0

    def _bury(self, worker: _Worker[Piece, Answer]) -> None:
        """Take leave of a process that ended; the task it held is done, without an answer.

        Raises:
            WorkersStop: it was one too many.
        """
        self._workers.remove(worker)
        if worker.task is not None:
            worker.task.done = True
        worker.end(_PATIENCE_S)
        self._deaths += 1
        log.debug("worker_ended deaths_in_a_row=%d", self._deaths)
        if self._deaths >= MAX_DEATHS_IN_A_ROW:
            raise WorkersStop(f"{self._deaths} processes ended one after the other.")

    # --- questions of a process ---------------------------------------------------------------------------------------

    def _consider(self, worker: _Worker[Piece, Answer], question: object) -> None:
        if self._thread is None or self._reply is None:
            raise TypeError("a process asks, and nobody was named to answer")
        future = self._thread.submit(self._reply, question)
        self._replies[future] = worker
        future.add_done_callback(self._ring_bell)

    def _ring_bell(self, _: Future[object]) -> None:
        with contextlib.suppress(OSError):  # everything was closed meanwhile
            self._ring.send_bytes(b"!")

    def _send_replies(self) -> None:
        for future in [future for future in self._replies if future.done()]:
            worker = self._replies.pop(future)
            answer = future.result()
            if worker in self._workers:
                try:
                    worker.connection.send(answer)
                except OSError:
                    self._bury(worker)


def _context(module: str) -> multiprocessing.context.ForkServerContext | multiprocessing.context.SpawnContext:
    """Return how processes are made: never by a plain fork, which copies threads and locks in any state."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([module])
    return context


@contextmanager
def _program_unseen() -> Iterator[None]:
    """Hide the program's main module while a process starts.

    The process would import it again, for nothing: a setup lives in a module of its own. A script that does its work
    when it is imported would do it once more in every process.
    """
    program = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = program


def _work(connection: Connection, setup: Setup[object, object]) -> None:
    """Be a process: answer piece after piece until the connection closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the one who gives out work decides

    def ask(question: object) -> object:
        connection.send(_Asked(question))
        return connection.recv()

    try:
        handle = setup.open(ask)
        while True:
            connection.send(_Answered(handle(connection.recv())))
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return
