"""XML as a stream of elements, by local names, without entities or a DTD; quicker by far than building its tree."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import IO, Any

from defusedxml.ElementTree import DefusedXMLParser

Attributes = dict[str, str]

_CHUNK = 1 << 18


class LocalNames(dict[str, str]):
    """The local name of each element name, kept: both OOXML's namespaces, and any prefix, are taken for the same."""

    def __missing__(self, name: str) -> str:
        local = name.rpartition("}")[2]
        if len(self) < 1_000:
            self[name] = local
        return local


def parser() -> Any:
    """An expat parser on which handlers can be set; it raises a ValueError at an entity or a DTD."""
    made = DefusedXMLParser(forbid_dtd=True).parser
    made.buffer_text, made.ordered_attributes = True, False
    made.StartElementHandler = made.EndElementHandler = made.CharacterDataHandler = None
    made.DefaultHandlerExpand = made.CommentHandler = made.ProcessingInstructionHandler = None
    return made


def chunks(stream: IO[bytes]) -> Iterator[bytes]:
    while chunk := stream.read(_CHUNK):
        yield chunk


def parse(part: Iterable[bytes], expat: Any, done: Callable[[], bool]) -> None:
    """Feed a part to a parser to its end, or until `done`; what stands behind is not looked at."""
    for chunk in part:
        expat.Parse(chunk, False)
        if done():
            return
    expat.Parse(b"", True)


def starts(stream: IO[bytes], *names: str) -> Iterator[tuple[str, Attributes]]:
    """The elements of these local names in their order, with their attributes; whoever has enough may break off."""
    found: list[tuple[str, Attributes]] = []
    local = LocalNames()

    def start(name: str, attributes: Attributes) -> None:
        if local[name] in names:
            found.append((local[name], attributes))

    expat = parser()
    expat.StartElementHandler = start
    for chunk in chunks(stream):
        expat.Parse(chunk, False)
        yield from found
        found.clear()
    expat.Parse(b"", True)
    yield from found
