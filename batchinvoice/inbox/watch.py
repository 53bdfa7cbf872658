"""Watch: look at a drop folder again and again, and take whatever has arrived. Network folders tell of nothing new."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path

from batchinvoice.endings import EXPECTED
from batchinvoice.exits import Exit
from batchinvoice.inbox.answers import hear, tend
from batchinvoice.inbox.approval import answer, is_meant_as_answer
from batchinvoice.inbox.arrivals import Arrivals, is_open
from batchinvoice.inbox.layout import ROOMS, Inbox, move, sheets_in
from batchinvoice.inbox.lock import FolderLock
from batchinvoice.inbox.patience import PutOff, SayOnce
from batchinvoice.inbox.take import Desk, Taken, left_behind, take
from batchinvoice.ledger.records import Run
from batchinvoice.runs.errors import RunStopped
from batchinvoice.runs.stopping import Stop, stop_when_asked
from batchinvoice.settings import SettingsError

_ONCE_SECONDS = 60.0  # for which --once waits at most for files that are still being copied
_UNUSABLE = "{folder} cannot be used ({why}). Its sheets wait until it can."
_OPEN = "{name} is open in Excel, it seems; it is taken when closed."
_HELD = "{name} cannot be opened: another program has it open, or this user may not read it. It waits until it can."


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

    open_desk: the desk of an inbox, with what was tried in vain (its folder: that there was none); may raise
    SettingsError or LedgerError. say: a line for whoever reads along. `took` counts what was worked on.
    """

    def __init__(
        self,
        folder: Path,
        terms: Terms,
        profiles: Callable[[], Collection[str]],
        open_desk: Callable[[Inbox, PutOff], AbstractContextManager[Desk]],
        say: Callable[[str], None],
    ) -> None:
        self._folder, self._terms, self._profiles, self._open_desk = folder, terms, profiles, open_desk
        self._arrivals, self._lock = Arrivals(terms.still), FolderLock(folder)
        self._say, self._once = say, SayOnce(say)
        self._put_off = PutOff(terms.retry, terms.once)
        self._met: set[Path] = set()  # inboxes whose cut-off runs were taken up
        self._reached: list[Inbox] = []  # at the latest look
        self._tended: dict[Path, float] = {}  # when, by inbox
        self._latest = time.monotonic()  # when something was worked on
        self._code = Exit.WELL
        self.took = 0

    def watch(self) -> Exit:
        """Until somebody asks to stop, or with `once` until nothing is left that can be taken.

        Raises FolderBusy if another process watches the folder.
        """
        terms = self._terms
        with stop_when_asked() as stop, self._lock:
            try:
                while True:
                    there = self._look(stop)
                    if terms.once and not (there and self._more_to_come()):
                        return self._code
                    stop.sleep(min(terms.poll, terms.still) if terms.once else terms.poll)
            except RunStopped:
                return self._code if terms.once else Exit.WELL

    @property
    def nothing_came(self) -> bool:
        """Whether nothing was worked on, and nothing waits to be."""
        rooms = [room for inbox in self._reached for room in (inbox.folder, inbox.processing)]
        return not self.took and not any(self._arrivals.waiting(room) or self._arrivals.held(room) for room in rooms)

    def _look(self, stop: Stop) -> bool:
        """Take what there is; False if the folder cannot be reached or written."""
        self._reached = []
        try:
            self._lock.still()
            inboxes = list(self._inboxes())
        except (OSError, SettingsError) as error:  # SettingsError: in a file that was changed meanwhile
            return self._cannot(self._folder, error)
        self._reached = [inbox for inbox in inboxes if self._look_into(inbox, stop)]
        return bool(self._reached)

    def _look_into(self, inbox: Inbox, stop: Stop) -> bool:
        if stop.asked:
            return True
        try:
            inbox.make_rooms(approve=self._terms.approve)
            self._work(inbox, stop)
            self._once.forget(_is_gone)
            self._put_off.forget(_is_gone)
        except OSError as error:
            return self._cannot(inbox.folder, error)
        self._once.over(("folder", inbox.folder), f"{inbox.folder} can be used again.")
        return True

    def _cannot(self, folder: Path, error: OSError | SettingsError) -> bool:
        words = str(error)
        if isinstance(error, OSError):
            elsewhere = f": {error.filename}" if error.filename not in (None, str(folder)) else ""
            words = _UNUSABLE.format(folder=folder, why=f"{_why(error)}{elsewhere}")
        self._once.trouble(("folder", folder), words)
        self._met = {each for each in self._met if folder not in (each, *each.parents)}
        self._note(Exit.NOT_RUN)
        return False

    def _inboxes(self) -> Iterator[Inbox]:
        yield Inbox(self._folder)
        for name in sorted(self._profiles()):
            if name.lower() not in ROOMS and (self._folder / name).is_dir():
                yield Inbox(self._folder / name, name)

    def _work(self, inbox: Inbox, stop: Stop) -> None:
        """Take all that can be taken from one inbox now."""
        arrived = self._arrivals.look(inbox.folder)
        due = [path for path in self._arrivals.look(inbox.processing) if self._put_off.is_due(path)]
        arrived += [path for path in self._arrivals.look(inbox.to_approve) if answer(path.name)]
        self._tell_of_held_files(inbox)
        new = inbox.folder not in self._met
        work = arrived or due or new or self._is_to_tend(inbox)
        if not work or not self._put_off.is_due(inbox.folder):
            return
        try:
            with self._open_desk(inbox, self._put_off) as desk:
                self._met.add(inbox.folder)
                self._once.over(("desk", inbox.folder))
                self._put_off.done(inbox.folder)
                self._at(desk, chain(due, self._claimed(inbox, arrived)), stop, new=new)
        except EXPECTED as error:
            self._once.trouble(("desk", inbox.folder), f"{inbox.name}: {error}")
            self._put_off.again(inbox.folder)
            self._note(Exit.NOT_RUN)

    def _is_to_tend(self, inbox: Inbox) -> bool:
        """What waits for approval is looked after less often: each time, all of it is held against the ledger."""
        last = self._tended.get(inbox.folder)
        return (last is None or time.monotonic() - last >= self._terms.retry) and bool(sheets_in(inbox.to_approve))

    def _claimed(self, inbox: Inbox, arrived: Collection[Path]) -> Iterator[Path]:
        """Move what has arrived into `processing`, one after the other: what cannot be moved is not run."""
        for path in arrived:
            try:
                yield move(path, inbox.processing)
                self._once.over(path)
            except FileNotFoundError:  # taken back
                continue
            except OSError as error:
                self._once.trouble(path, f"{path.name} cannot be moved ({_why(error)}), so it is not run. It waits.")
                self._note(Exit.NOT_RUN)

    def _at(self, desk: Desk, paths: Iterable[Path], stop: Stop, *, new: bool) -> None:
        """Work off these sheets, and whatever else waits in their inbox."""
        for path in paths:
            self._came(path, self._tried(desk, path, partial(_one, desk, path)))
            if stop.asked:
                return
        self._tended[desk.inbox.folder] = time.monotonic()
        for about, work in chain(tend(desk, new=new), left_behind(desk) if new else ()):
            if stop.asked:
                return
            key = about if isinstance(about, Path) else about.id
            if self._put_off.is_due(key):
                self._came(key, self._tried(desk, about, work))

    def _tried(self, desk: Desk, about: Path | Run, work: Callable[[], Taken]) -> Taken:
        """What comes of it. Raises OSError if the folder is not there any more; anything else concerns this alone."""
        name = about.name if isinstance(about, Path) else about.source_name
        try:
            return work()
        except EXPECTED as error:
            return Taken(Exit.NOT_RUN, f"{name}: {error}", again=True)
        except OSError as error:
            if not desk.inbox.processing.is_dir():
                raise
            if isinstance(about, Path) and not about.exists():
                return Taken(Exit.PERSON, f"{name}: gone from {about.parent.name} before it was run")
            return Taken(Exit.NOT_RUN, f"{name}: {_why(error)}: {error.filename}.", again=True)

    def _came(self, key: Path | str, taken: Taken) -> None:
        """Say what came of a sheet or run, and put it off if it is to be tried again."""
        self.took, self._latest = self.took + 1, time.monotonic()
        self._note(taken.code)
        keys = {key, taken.run or key}
        if not taken.again:
            for each in keys:
                self._put_off.done(each)
            self._say(taken.words)
            return
        pause = max(self._put_off.again(each) for each in keys)
        later = "the next time" if self._terms.once else f"in {pause:g} s"
        self._say(f"{taken.words} It waits and is tried again {later}.")

    def _note(self, code: Exit) -> None:
        self._code = max(self._code, code)

    def _more_to_come(self) -> bool:
        """Whether --once has something to wait for: files that are still being copied, or came meanwhile."""
        waiting = [
            path
            for inbox in self._reached
            if self._put_off.is_due(inbox.folder)
            for room in (inbox.folder, inbox.processing, inbox.to_approve)
            for path in self._arrivals.waiting(room)
            if path not in self._once and self._put_off.is_due(path) and (room != inbox.to_approve or answer(path.name))
        ]
        if waiting and time.monotonic() - self._latest > _ONCE_SECONDS:
            self._say(f"Still being copied, left for the next time: {', '.join(path.name for path in waiting)}")
            return False
        return bool(waiting)

    def _tell_of_held_files(self, inbox: Inbox) -> None:
        for room in (inbox.folder, inbox.processing):
            for path in self._arrivals.held(room):
                opened = is_open(path)
                self._once.trouble((_HELD, path), (_OPEN if opened else _HELD).format(name=path.name))
                self._note(Exit.WELL if opened else Exit.PERSON)
            for path in self._arrivals.waiting(room):
                self._once.over((_HELD, path))


def _one(desk: Desk, path: Path) -> Taken:
    return hear(desk, path) if is_meant_as_answer(path.name) else take(desk, path)


def _is_gone(what: Hashable) -> bool:
    """Whether it is a file, or about one, that is not there any more."""
    path = what[1] if isinstance(what, tuple) and what[0] is _HELD else what
    return isinstance(path, Path) and not path.exists()


def _why(error: OSError) -> str:
    return error.strerror or type(error).__name__
