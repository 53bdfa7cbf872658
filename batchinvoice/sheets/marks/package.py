"""The parts of a workbook that is a zip, found as forgivingly as the fast reader finds them."""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from batchinvoice.sheets.marks import MarksUnreadable
from batchinvoice.sheets.marks.xml import starts

_MOST_BYTES = 2 * 2**30


@dataclass(frozen=True, slots=True)
class Relation:
    """`kind` is the last word of the relation's type (`worksheet`, `styles`), `path` the part it leads to."""

    id: str
    kind: str
    path: str


class Package:
    """A zip's parts by path; upper and lower case and the kind of slash make no difference."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._parts = {_plain(info.filename): info for info in archive.infolist()}

    def has(self, path: str) -> bool:
        return _plain(path) in self._parts

    def size(self, path: str) -> int:
        return self._parts[_plain(path)].file_size

    def open(self, path: str) -> IO[bytes]:
        """Raises MarksUnreadable if there is no such part, or if it is too large."""
        part = self._parts.get(_plain(path))
        if part is None:
            raise MarksUnreadable("a part of the workbook is missing")
        if part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise MarksUnreadable("a part of the workbook is compressed in an unknown way")
        if part.file_size > _MOST_BYTES:
            raise MarksUnreadable("a part of the workbook is too large")
        return self._archive.open(part)

    def relations(self, path: str) -> Iterator[Relation]:
        """What a part leads to; `""` stands for the package itself. Targets may be absolute or relative."""
        folder, name = posixpath.split(path)
        rels = posixpath.join(folder, "_rels", f"{name}.rels")
        if not self.has(rels):
            return
        with self.open(rels) as stream:
            for _, found in starts(stream, "Relationship"):
                target = posixpath.normpath(posixpath.join("/", folder, found.get("Target", "")))
                yield Relation(found.get("Id", ""), posixpath.basename(found.get("Type", "")), target.lstrip("/"))

    def document(self, usual: str) -> str | None:
        """The XML part that is the workbook: its usual path, or where the package says that it is."""
        if self.has(usual):
            return usual
        paths = (relation.path for relation in self.relations("") if relation.kind == "officeDocument")
        return next((path for path in paths if path.endswith(".xml") and self.has(path)), None)


def _plain(path: str) -> str:
    return path.replace("\\", "/").lower()
