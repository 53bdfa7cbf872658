"""Those who dropped the sheets sit elsewhere: each end is told them, a trouble that lasts only once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from drop_folder import Drop, row, until
from post_office import PostOffice, web_hook


@pytest.fixture
def hook() -> Iterator[PostOffice]:
    with web_hook() as office:
        yield office


def test_each_sheet_is_told_with_its_report(drop: Drop, hook: PostOffice) -> None:
    drop.put("good.xlsx", [row(1)])
    drop.put("mixed.xlsx", [row(2), row(3, "1.2345")])
    (drop.folder / "letter.docx").write_bytes(b"no sheet")
    assert drop.once("--tell-if-empty", BATCHINVOICE_NOTIFY=hook.url).returncode == 1
    told = {letter.title.split(": ", 1)[1].split(", run")[0]: letter for letter in hook.letters}
    assert set(told) == {"finished: good.xlsx", "a person is needed: mixed.xlsx", "letter.docx was not run"}
    [report] = told["finished: good.xlsx"].files
    assert (drop.folder / "done" / report).read_bytes() == told["finished: good.xlsx"].files[report]
    assert len(told["a person is needed: mixed.xlsx"].files) == 2


def test_a_gateway_that_stays_down_is_told_once(drop: Drop, hook: PostOffice) -> None:
    drop.gateway.set_faults("login:http-503-before:1")
    watching = drop.watch(BATCHINVOICE_NOTIFY=hook.url)
    drop.put("november.xlsx", [row(1)])
    until(lambda: watching.said.count("is tried again in") >= 2, "two tries in vain", lambda: watching.said)
    drop.gateway.set_faults()
    drop.emptied()
    until(lambda: len(hook.letters) >= 2, "the good news")
    assert watching.stop() == 0
    failed, finished = hook.letters
    assert ("could not go on" in failed.title, "finished" in finished.title) == (True, True)


def test_that_nothing_came_is_told_where_that_is_wanted(drop: Drop, hook: PostOffice) -> None:
    drop.once(BATCHINVOICE_NOTIFY=hook.url)
    assert hook.letters == []
    assert drop.once("--tell-if-empty", BATCHINVOICE_NOTIFY=hook.url).returncode == 0
    [letter] = hook.letters
    assert "nothing came in invoices to send" in letter.title
    drop.once("--tell-if-empty", "--no-notify", BATCHINVOICE_NOTIFY=hook.url)
    assert len(hook.letters) == 1
