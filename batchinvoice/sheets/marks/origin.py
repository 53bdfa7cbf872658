"""Which run a corrections workbook came from: a custom document property of an xlsx."""

from __future__ import annotations

import io
import zipfile

from defusedxml.ElementTree import fromstring

from batchinvoice.sheets.marks.package import Package

_MOST_BYTES = 2**20


def origin(content: bytes, name: str) -> str | None:
    """The text of a workbook's custom document property; None without one, or where none can be read."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            package = Package(archive)
            path = next((r.path for r in package.relations("") if r.kind == "custom-properties"), "docProps/custom.xml")
            if not package.has(path) or package.size(path) > _MOST_BYTES:
                return None
            with package.open(path) as stream:
                properties = fromstring(stream.read(), forbid_dtd=True)
    except Exception:  # a link to an earlier run is a convenience: nothing in a damaged file may stop the reading
        return None
    texts = (entry for entry in properties if entry.get("name") == name)
    return next((value.text for entry in texts for value in entry if value.tag.endswith("}lpwstr")), None)
