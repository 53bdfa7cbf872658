"""Watch: look at a drop folder again and again, and take whatever has arrived. Network folders tell of nothing new."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from batchinvoice.exits import Exit
from batchinvoice.inbox.answers import hear, tend
from batchinvoice.inbox.approval import is_meant_as_answer
from batchinvoice.inbox.arrivals import Arrivals, is_open
from batchinvoice.inbox.layout import ROOMS, Inbox, move, sheets_in
from batchinvoice.inbox.lock import FolderLock
from batchinvoice.inbox.patience import PutOff, SayOnce
from batchinvoice.inbox.take import Desk, Taken, left_behind, take
from batchinvoice.runs.errors import RunStopped
from batchinvoice.runs.stopping import Stop, stop_when_asked
from batchinvoice.session import EXPECTED
from batchinvoice.settings import SettingsError

_ONCE_SECONDS = 60.0  # for which --once waits at most for files that are still being copied


@dataclass(frozen=True, slots=True)
class Terms:
    """How a folder is watched. poll: seconds between two looks; still: for which a file must not change; retry: before
    a sheet that could not go on is tried again, then twice as long each time. `once`: until nothing is left to take.
    """

    poll: float = 5.0
    still: float = 2.0
    retry: float = 60.0
    once: bool = False
    approve: bool = False


class Watcher:
    """Watches a folder, and its sub-folders that are named as a profile.

    open_desk: the desk of an inbox, and whether it was told already that there is none; may raise SettingsError or
    LedgerError. say: a line for whoever reads along.
    `took` counts what was worked on.
    """

    def __init__(
        self,
        folder: Path,
        terms: Terms,
        profiles: Callable[[], Collection[str]],
        open_desk: Callable[[Inbox, bool], AbstractContextManager[Desk]],
        say: Callable[[str], None],
    ) -> None:
        self._folder, self._terms, self._profiles, self._open_desk = folder, terms, profiles, open_desk
        self._arrivals, self._lock = Arrivals(terms.still), FolderLock(folder)
        self._say, self._once = say, SayOnce(say)
        self._put_off = PutOff(terms.retry, terms.once)
        self._met: set[Path] = set()  # inboxes whose cut-off runs were taken up
        self._code = Exit.WELL
        self.took = 0

    def watch(self) -> Exit:
        """Until somebody asks to stop, or with `once` until nothing is left that can be taken.

        Raises FolderBusy if another process watches the folder.
        """
        begun, terms = time.monotonic(), self._terms
        with stop_when_asked() as stop, self._lock:
            try:
                while True:
                    there = self._look(stop)
                    if terms.once and not (there and self._more_to_come(time.monotonic() - begun)):
                        return self._code
                    stop.sleep(min(terms.poll, terms.still) if terms.once else terms.poll)
            except RunStopped:
                return self._code if terms.once else Exit.WELL

    def _look(self, stop: Stop) -> bool:
        """Take what there is; False if the folder cannot be reached or written."""
        try:
            self._lock.still()
            for inbox in self._inboxes():
                inbox.make_rooms(approve=self._terms.approve)
                self._work(inbox, stop)
        except OSError as error:
            elsewhere = f": {error.filename}" if error.filename not in (None, str(self._folder)) else ""
            why = f"{error.strerror or type(error).__name__}{elsewhere}"
            return self._cannot(f"{self._folder} cannot be used ({why}). Its sheets wait until it can.")
        except SettingsError as error:  # in a file that was changed meanwhile
            return self._cannot(str(error))
        self._once.over("folder", f"{self._folder} can be used again.")
        return True

    def _cannot(self, words: str) -> bool:
        self._once.trouble("folder", words)
        self._met.clear()
        self._note(Exit.NOT_RUN)
        return False

    def _inboxes(self) -> Iterator[Inbox]:
        yield Inbox(self._folder)
        for name in sorted(self._profiles()):
            if name not in ROOMS and (self._folder / name).is_dir():
                yield Inbox(self._folder / name, name)

    def _work(self, inbox: Inbox, stop: Stop) -> None:
        """Take all that can be taken from one inbox now."""
        arrived = self._arrivals.look(inbox.folder)
        self._tell_of_open_files(inbox)
        due = [path for path in sheets_in(inbox.processing) if self._put_off.is_due(path)]
        new = inbox.folder not in self._met
        if not (arrived or due or new or sheets_in(inbox.to_approve)) or not self._put_off.is_due(inbox.folder):
            return
        try:
            with self._open_desk(inbox, self._put_off.waits(inbox.folder)) as desk:
                self._met.add(inbox.folder)
                self._once.over(inbox.folder)
                self._put_off.done(inbox.folder)
                self._at(desk, chain(due, self._claimed(inbox, arrived)), stop, new=new)
        except EXPECTED as error:
            self._once.trouble(inbox.folder, f"{inbox.name}: {error}")
            self._put_off.again(inbox.folder)
            self._note(Exit.NOT_RUN)

    def _claimed(self, inbox: Inbox, arrived: Collection[Path]) -> Iterator[Path]:
        """Move what has arrived into `processing`, one after the other: what cannot be moved is not run."""
        for path in arrived:
            try:
                yield move(path, inbox.processing)
                self._once.over(path)
            except FileNotFoundError:  # taken back
                continue
            except OSError as error:
                why = error.strerror or type(error).__name__
                self._once.trouble(path, f"{path.name} cannot be moved ({why}), so it is not run. It waits.")
                self._note(Exit.NOT_RUN)

    def _at(self, desk: Desk, paths: Iterable[Path], stop: Stop, *, new: bool) -> None:
        """Work off these sheets, and whatever else waits in their inbox."""
        for path in paths:
            self._came(path, self._one(desk, path))
            if stop.asked:
                return
        others = chain(tend(desk), left_behind(desk) if new else ())
        for taken in others:
            self._came(None, taken)

    def _one(self, desk: Desk, path: Path) -> Taken:
        try:
            return hear(desk, path) if is_meant_as_answer(path.name) else take(desk, path)
        except FileNotFoundError:
            return Taken(Exit.PERSON, f"{path.name}: gone from {path.parent.name} before it was run")
        except EXPECTED as error:
            return Taken(Exit.NOT_RUN, f"{path.name}: {error}", again=True)

    def _came(self, path: Path | None, taken: Taken) -> None:
        """Say what came of a sheet, and put it off if it is to be tried again."""
        self.took += 1
        self._note(taken.code)
        if path is None or not taken.again:
            self._put_off.done(path)
            self._say(taken.words)
            return
        pause = self._put_off.again(path)
        later = "the next time" if self._terms.once else f"in {pause:g} s"
        self._say(f"{taken.words} It stays in {path.parent.name} and is tried again {later}.")

    def _note(self, code: Exit) -> None:
        self._code = max(self._code, code)

    def _more_to_come(self, seconds: float) -> bool:
        """Whether --once has something to wait for: files that are still being copied, or came meanwhile."""
        waiting = [
            path
            for inbox in self._inboxes()
            if self._put_off.is_due(inbox.folder)
            for path in self._arrivals.waiting(inbox.folder)
            if path not in self._once and not is_open(path)
        ]
        if waiting and seconds > _ONCE_SECONDS:
            self._say(f"Still being copied, left for the next time: {', '.join(path.name for path in waiting)}")
            return False
        return bool(waiting)

    def _tell_of_open_files(self, inbox: Inbox) -> None:
        for path in self._arrivals.waiting(inbox.folder):
            if is_open(path):
                self._once.trouble(("open", path), f"{path.name} is open in Excel, it seems; it is taken when closed.")
            else:
                self._once.over(("open", path))
