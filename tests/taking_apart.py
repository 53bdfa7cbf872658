"""Taking apart what is printed for each scheduler, by that scheduler's own rules and not by our code."""

from __future__ import annotations

import re
import shlex
from xml.etree import ElementTree as ET

NAMESPACE = "http://schemas.microsoft.com/windows/2004/02/mit/task"
FIELDS = re.compile(r"(\S+) (\S+) \* \* \* (.*)")
BOUNDS = ((0, 59), (0, 23))


def _field(text: str, low: int, high: int) -> set[int]:
    """A field as POSIX has it: all, or a list of numbers."""
    if text == "*":
        return set(range(low, high + 1))
    assert re.fullmatch(r"\d+(,\d+)*", text)
    found = {int(each) for each in text.split(",")}
    assert all(low <= each <= high for each in found)
    return found


def cron_entry(line: str) -> tuple[set[int], set[int], str]:
    """A crontab line strictly: minutes, hours, and the command up to a % that nothing escapes."""
    found = FIELDS.fullmatch(line)
    assert found, line
    minutes, hours = (_field(found[number], *bounds) for number, bounds in enumerate(BOUNDS, 1))
    return minutes, hours, found[3]


def shell_words(command: str) -> tuple[str, list[str]]:
    """The folder and the argument list as sh understands them, its comment at the end left out."""
    words = shlex.split(command, comments=True)
    assert (words[0], words[2:4]) == ("cd", ["&&", "exec"])
    return words[1], words[4:]


def unit_values(unit: str, name: str) -> list[str]:
    """The values of a setting, as systemd takes lines: blanks around = and at the end do not count."""
    lines = [line for line in unit.split("\n") if line.lstrip()[:1] not in ("#", ";")]
    return [line.partition("=")[2].strip() for line in lines if line.partition("=")[0].strip() == name]


def systemd_split(line: str) -> list[str]:
    """A command line as systemd.service(5) splits it: double quotes, escapes, then specifiers, then variables."""
    words, at = [], 0
    while at < len(line):
        found = re.compile(r'"((?:[^"\\]|\\.)*)"(?: |$)').match(line, at)
        assert found, f"no quoted word at {line[at:]}"
        words.append(_word(found[1], is_program=not words))
        at = found.end()
    return words


def _word(quoted: str, *, is_program: bool) -> str:
    assert set(re.findall(r"\\(.)", quoted)) <= {"\\", '"'}, "an escape that would be more than a character"
    plain = re.sub(r"\\(.)", r"\1", quoted)
    for sign in "%" if is_program else "%$":
        assert re.fullmatch(rf"(?:[^{sign}]|{re.escape(sign)}{{2}})*", plain), f"a {sign} that would be replaced"
        plain = plain.replace(sign * 2, sign)
    return plain


def task_value(root: ET.Element, path: str) -> str:
    """The text of an element, by its names from the root."""
    found = root.find("/".join(f"{{{NAMESPACE}}}{name}" for name in path.split("/")))
    assert found is not None, path
    return found.text or ""


def windows_split(line: str) -> list[str]:
    """A command line's arguments after the program, by the rule of Microsoft's C runtime."""
    words, word, quoted, begun, at = [], "", False, False, 0
    while at < len(line):
        slashes = 0
        while at < len(line) and line[at] == "\\":
            slashes, at = slashes + 1, at + 1
        sign = line[at : at + 1]
        at += 1
        if sign == '"':
            word, begun = word + "\\" * (slashes // 2), True
            if slashes % 2:
                word += '"'
            else:
                quoted = not quoted
            continue
        word, begun = word + "\\" * slashes, begun or slashes > 0
        if sign in (" ", "\t", "") and not quoted:
            if begun:
                words.append(word)
            word, begun = "", False
        else:
            word, begun = word + sign, True
    return [*words, word] if begun else words
