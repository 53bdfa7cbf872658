"""The disk under the ledger: which disks may hold one, and the words for what a disk refuses to do."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path, PurePath

from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError

from batchinvoice.ledger.errors import LedgerBusy, LedgerError, LedgerUnusable

# File systems that lie on another computer or are shared with one, as the systems name them, without “fuse.”.
_NETWORK = frozenset(
    {"nfs", "nfs3", "nfs4", "cifs", "smb", "smb2", "smb3", "smbfs", "smbnetfs", "afpfs", "ncpfs", "afs", "acfs", "coda"}
    | {"9p", "drvfs", "vboxsf", "vmhgfs", "vmhgfs-fuse", "prl_fs"}  # between a virtual machine and its host
    | {"ceph", "ceph-fuse", "glusterfs", "lustre", "beegfs", "gpfs", "panfs", "orangefs", "pvfs2", "moosefs", "mfs"}
    | {"webdav", "davfs", "davfs2", "ftp", "ftpfs", "curlftpfs", "sshfs", "rclone", "gvfsd-fuse", "juicefs"}
    | {"s3fs", "goofys", "mount-s3", "gcsfuse", "blobfuse", "blobfuse2"}
)
_ON = (
    " Then run this again, or “batchinvoice resume” if a run was under way: what was written before is safe, and "
    "nothing is sent twice."
)
_DRIVE_REMOTE = 4  # GetDriveTypeW in Windows' own documentation
# By the first words of SQLite's names for its errors.
_UNUSABLE = {
    "SQLITE_FULL": "The disk with the ledger {where} is full. Free some space on it." + _ON,
    "SQLITE_IOERR": "The disk did not carry out what the ledger {where} needs ({why}). See whether it is full, "
    "unplugged or failing." + _ON,
    "SQLITE_READONLY_DBMOVED": "The ledger {where} was moved or deleted while in use. Put it back before you run "
    "anything: with another one, invoices that were made could be made again. Nothing more was sent.",
    "SQLITE_READONLY": "The ledger {where} is read-only. Check who may write to it and to its folder." + _ON,
    "SQLITE_CANTOPEN": "The ledger {where}, or the journal that belongs beside it, cannot be opened. Check that its "
    "folder is there and who may write in it." + _ON,
    "SQLITE_CORRUPT": "The ledger {where} is damaged ({why}). Do not delete it, and do not begin a new one: invoices "
    "that were made before could be made again. Put back a copy of the whole file from after the last run, or have it "
    "repaired. Nothing more was sent.",
    "SQLITE_NOTADB": "The ledger {where} is damaged or is no ledger ({why}). If it is another program's file, set "
    "BATCHINVOICE_HOME to the folder of the ledger. If it was the ledger, do not delete it: put back a copy of the "
    "whole file from after the last run, or have it repaired. Nothing more was sent.",
}
_BUSY = (
    "Another program holds the ledger {where} open and lets nobody write: a backup, a database browser? Close it." + _ON
)
_OTHER = (
    "The ledger {where} could not be read or written ({why}). Check the disk and the folder of BATCHINVOICE_HOME." + _ON
)


def place(url: URL) -> str:
    """Where a ledger is, for people: its file, or its address without the password."""
    if url.get_backend_name() == "sqlite":
        return str(url.database)
    return url.set(query={}).render_as_string(hide_password=True)


def unwritable(error: DBAPIError, url: URL) -> LedgerError:
    """What to tell when the ledger at this address could not be read or written."""
    return known_trouble(error, url) or LedgerUnusable(_OTHER.format(where=place(url), why=error.orig))


def known_trouble(error: DBAPIError, url: URL) -> LedgerError | None:
    """The words for an error whose cause is told by its name: full, read-only, held, damaged. None for others."""
    name = getattr(error.orig, "sqlite_errorname", "")
    if name.startswith("SQLITE_BUSY"):
        return LedgerBusy(_BUSY.format(where=place(url)))
    for beginning, words in _UNUSABLE.items():
        if name.startswith(beginning):
            return LedgerUnusable(words.format(where=place(url), why=error.orig))
    return None


def refuse_network(file: Path) -> None:
    """Raises LedgerUnusable if the file would lie on a network file system, as far as this system tells."""
    if kind := network_kind(file, _mounts(file)):
        raise LedgerUnusable(
            f"The ledger cannot be kept in {file.parent}: that is a network folder ({kind}), where it is not certain "
            "that a file is locked for others and safe from a power cut, so an invoice could be made twice. Set "
            "BATCHINVOICE_HOME to a folder on this computer's own disk. Nothing was sent."
        )


def network_kind(path: PurePath, mounts: Iterable[tuple[str, str, str]]) -> str | None:
    """The kind of network file system that holds an absolute path; None if it is not known to be one.

    `mounts`: mount point, type and options of each file system, in the order in which they were mounted.
    """
    if _is_share(path.drive):
        return "a network share"
    here = [(type(path)(at), kind, options) for at, kind, options in mounts]
    holding = [mount for mount in here if path.is_relative_to(mount[0])]
    if not holding:
        return None
    # The innermost; of several at one place the last, which hides the others.
    _, kind, options = sorted(holding, key=lambda mount: len(mount[0].parts))[-1]
    if "remote" in options.split(","):
        return "a network drive"
    return kind if kind.lower().removeprefix("fuse.") in _NETWORK else None


def _is_share(drive: str) -> bool:
    r"""True for \\server\share; \\?\C: is a disk in Windows' longer spelling."""
    longer = drive.startswith(("\\\\?\\", "\\\\.\\"))
    return drive.startswith("\\\\") and (not longer or drive[4:].upper().startswith("UNC\\"))


def _mounts(file: Path) -> list[tuple[str, str, str]]:
    """The mounts among which the file lies, as far as this system tells."""
    with suppress(Exception):  # what it does not tell must not keep anybody from working
        if file.drive:  # Windows; psutil would ask every drive there, and a server that is gone answers late
            return [(f"{file.drive}\\", "", "remote" if _is_remote(f"{file.drive}\\") else "")]
        import psutil  # here, since nothing else needs it

        return [(mount.mountpoint, mount.fstype, mount.opts) for mount in psutil.disk_partitions(all=True)]
    return []


def _is_remote(root: str) -> bool:
    """Whether a Windows drive is a network drive (GetDriveTypeW)."""
    import ctypes

    kind: int = getattr(ctypes, "windll").kernel32.GetDriveTypeW(root)  # noqa: B009 - unknown on other systems
    return kind == _DRIVE_REMOTE
