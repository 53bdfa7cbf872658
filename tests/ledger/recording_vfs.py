"""A layer below SQLite that writes down, in order, all that the ledger does to its disk.

SQLite reaches the disk through a “VFS” (https://www.sqlite.org/vfs.html): a record of functions. Here the system's own
one is copied with two functions replaced: opening a file, which hands out a copy of the file's functions with writing,
truncating and syncing replaced, and deleting a file. Each replaced function writes down what is asked and asks the
original, so SQLite works as ever, on its own disk and with its own locks.
"""

from __future__ import annotations

import _sqlite3
import ctypes
from collections.abc import Callable
from ctypes import POINTER, Structure, addressof, c_char_p, c_int, c_int64, c_void_p
from pathlib import Path
from typing import Any

from disk_events import Deleted, Event, Opened, Synced, Truncated, Wrote

MAIN_DB, MAIN_JOURNAL = 0x100, 0x800  # of SQLITE_OPEN_…
OK = 0

_OPEN = ctypes.CFUNCTYPE(c_int, c_void_p, c_void_p, c_void_p, c_int, c_void_p)
_DELETE = ctypes.CFUNCTYPE(c_int, c_void_p, c_char_p, c_int)
_WRITE = ctypes.CFUNCTYPE(c_int, c_void_p, c_void_p, c_int, c_int64)
_TRUNCATE = ctypes.CFUNCTYPE(c_int, c_void_p, c_int64)
_SYNC = ctypes.CFUNCTYPE(c_int, c_void_p, c_int)


class _Vfs(Structure):
    """sqlite3_vfs, version 3."""

    _fields_ = [
        ("iVersion", c_int),
        ("szOsFile", c_int),
        ("mxPathname", c_int),
        ("pNext", c_void_p),
        ("zName", c_char_p),
        ("pAppData", c_void_p),
        ("xOpen", _OPEN),
        ("xDelete", _DELETE),
        *((f"other{number}", c_void_p) for number in range(14)),
    ]


class _Methods(Structure):
    """sqlite3_io_methods, version 3."""

    _fields_ = [
        ("iVersion", c_int),
        ("xClose", c_void_p),
        ("xRead", c_void_p),
        ("xWrite", _WRITE),
        ("xTruncate", _TRUNCATE),
        ("xSync", _SYNC),
        *((f"other{number}", c_void_p) for number in range(13)),
    ]


class _File(Structure):
    """The beginning of every open file."""

    _fields_ = [("methods", POINTER(_Methods))]


class CannotRecord(Exception):
    """The SQLite of this Python does not let itself be reached."""


class Recorder:
    """What every connection that is opened from now on does to its disk, one event after the other."""

    def __init__(self, record: Callable[[Event], None]) -> None:
        self._record = record
        self._library = _library()
        self._original = ctypes.cast(self._library.sqlite3_vfs_find(None), POINTER(_Vfs)).contents
        self._names: dict[int, str] = {}  # by the address of the open file
        self._methods: dict[int, _Methods] = {}  # ours, by the address of the original ones
        self._vfs = _copy(self._original)
        self._vfs.zName = b"recording"
        self._vfs.xOpen, self._vfs.xDelete = _OPEN(self._open), _DELETE(self._delete)
        self._library.sqlite3_vfs_register(addressof(self._vfs), 1)

    def close(self) -> None:
        """Stop recording; call it when every connection is closed."""
        self._library.sqlite3_vfs_unregister(addressof(self._vfs))

    def _open(self, _: int, name: int, file: int, flags: int, flags_out: int) -> int:
        answer: int = self._original.xOpen(addressof(self._original), name, file, flags, flags_out)
        if answer == OK and flags & (MAIN_DB | MAIN_JOURNAL):
            self._names[file] = Path(ctypes.string_at(name).decode()).name
            self._record(Opened(self._names[file]))
            opened = _File.from_address(file)
            opened.methods = ctypes.pointer(self._recording(opened.methods.contents))
        return answer

    def _delete(self, _: int, name: bytes, sync: int) -> int:
        answer: int = self._original.xDelete(addressof(self._original), name, sync)
        if answer == OK:
            self._record(Deleted(Path(name.decode()).name, bool(sync)))
        return answer

    def _recording(self, original: _Methods) -> _Methods:
        """The functions of a file with those that change it recorded; one copy for all files of a kind."""
        if addressof(original) in self._methods:
            return self._methods[addressof(original)]

        def write(file: int, content: int, size: int, offset: int) -> int:
            self._record(Wrote(self._names[file], offset, ctypes.string_at(content, size)))
            return int(original.xWrite(file, content, size, offset))

        def truncate(file: int, size: int) -> int:
            self._record(Truncated(self._names[file], size))
            return int(original.xTruncate(file, size))

        def sync(file: int, flags: int) -> int:
            answer = int(original.xSync(file, flags))
            if answer == OK:
                self._record(Synced(self._names[file]))
            return answer

        ours = self._methods[addressof(original)] = _copy(original)
        ours.xWrite, ours.xTruncate, ours.xSync = _WRITE(write), _TRUNCATE(truncate), _SYNC(sync)
        return ours


def _copy(of: Any) -> Any:
    return type(of).from_buffer_copy(of)


def _library() -> Any:
    """The very library that Python's sqlite3 works with. Raises CannotRecord."""
    module = Path(_sqlite3.__file__)
    for place in (module, module.with_name("sqlite3.dll")):
        try:
            library = ctypes.CDLL(str(place))
            library.sqlite3_vfs_find.restype = c_void_p
            library.sqlite3_vfs_find.argtypes = [c_char_p]
            library.sqlite3_vfs_register.argtypes = [c_void_p, c_int]
            library.sqlite3_vfs_unregister.argtypes = [c_void_p]
        except (OSError, AttributeError):
            continue
        return library
    raise CannotRecord(f"the SQLite in {module.name} has no symbols that can be reached")
