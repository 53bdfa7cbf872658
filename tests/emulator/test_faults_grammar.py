"""The grammar of faults, and when a fault strikes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchinvoice.emulator.api import CALLS
from batchinvoice.emulator.broken_answers import KINDS
from batchinvoice.emulator.faults import Fault, draw, parse_fault, parse_faults

NAMES = [call.name for call in CALLS]


def strikes(fault: Fault, calls: int = 200) -> list[int]:
    """Which of so many creates meet it, from 0."""
    return [number for number in range(calls) if fault.strikes("create")]


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_parses_with_its_default(name: str) -> None:
    fault, kind = parse_fault(f"{name}:3"), KINDS[name]
    assert (fault.call, fault.name, fault.number) == (kind.calls[0] if kind.calls else "", name, kind.number)
    assert (fault.every, fault.percent, fault.times) == (3, 0, None)


def test_all_parts_of_the_grammar() -> None:
    fault = parse_fault(" create:throttle=2.5:10x4 ")
    assert (fault.call, fault.name, fault.number) == ("create", "throttle", 2.5)
    assert (fault.every, fault.percent, fault.times) == (10, 0, 4)
    fault = parse_fault("create:throttle=999999:2.5%x4")
    assert (fault.number, fault.every, fault.percent, fault.times) == (999999, 0, 2.5, 4)


@st.composite
def written(draw_from: st.DrawFn) -> tuple[str, dict[str, object]]:
    """The text of a fault, and what it says."""
    name = draw_from(st.sampled_from(sorted(KINDS)))
    kind = KINDS[name]
    call = draw_from(st.sampled_from(kind.calls or ["", *NAMES]))
    whole = st.integers(0, 10**9 - 1).map(str)
    parts = st.decimals(0, 10**6, places=3).map(lambda number: f"{number:f}")
    number = draw_from(
        {"": st.just(""), "BYTE": st.just("") | whole, "SECONDS": st.just("") | whole | parts}[kind.unit]
    )
    every = draw_from(st.integers(1, 10**9 - 1).map(str) | st.decimals("0.001", 100, places=3).map("{:f}%".format))
    times = draw_from(st.just("") | st.integers(1, 10**9 - 1).map(str))
    text = f"{call}:" * bool(call) + name + f"={number}" * bool(number) + f":{every}" + f"x{times}" * bool(times)
    return text, {
        "call": call,
        "name": name,
        "number": float(number) if number else kind.number,
        "every": 0 if "%" in every else int(every),
        "percent": float(every[:-1]) if "%" in every else 0,
        "times": int(times) if times else None,
    }


@given(written())
def test_whatever_is_written_is_what_is_read(case: tuple[str, dict[str, object]]) -> None:
    text, parts = case
    fault = parse_fault(text)
    assert {name: getattr(fault, name) for name in parts} == parts
    assert parse_fault(fault.text).text == fault.text == text


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz-:=%x.0123456789 \n", max_size=30))
def test_whatever_is_typed_is_a_fault_or_told_in_words(text: str) -> None:
    try:
        assert parse_fault(text).name in KINDS
    except ValueError as error:
        assert repr(text) in str(error)  # noqa: PT017 - either is right, but never anything else


@pytest.mark.parametrize(
    "text",
    [
        *("", "throttle", "nonsense:1", "throttle:0", "throttle:-1", "a:b:c:1", "throttle=x:1", "empty:1.5"),
        *("empty:0%", "empty:100.1%", "empty:%", "empty:5%%", "empty:1%x0", "empty:1x", "throttle=9999999999:1"),
    ],
)
def test_what_is_not_a_fault_is_told_with_the_grammar(text: str) -> None:
    with pytest.raises(ValueError, match="EVERY"):
        parse_fault(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("create:lag:1", "find, list, not for 'create'"),
        ("craete:empty:1", "not for 'craete'"),
        ("http-500-before=3:1", "takes no number"),
        ("cut=2.5:1", "whole number of bytes"),
    ],
)
def test_what_can_never_work_is_refused_in_words(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        parse_fault(text)


def test_every_third_call_meets_it_and_other_calls_do_not_count() -> None:
    faults = [parse_fault("create:empty:3")]
    met = [draw(faults, call) is not None for call in ["create", "find", "create", "create", "find", "create"]]
    assert met == [False, False, False, True, False, False]


def test_times_bounds_it() -> None:
    faults = [parse_fault("empty:1x2")]
    assert [draw(faults, "create") is not None for _ in range(4)] == [True, True, False, False]
    assert len(strikes(parse_fault("empty:50%x3"))) == 3


def test_a_call_gets_the_first_of_its_faults_and_the_others_count_it_too() -> None:
    faults = parse_faults(["create:empty:2", "create:cut:3"])
    met = [draw(faults, "create") for _ in range(6)]
    assert [fault and fault.name for fault in met] == [None, "empty", "cut", "empty", None, "empty"]


def test_a_percentage_is_how_often_it_strikes() -> None:
    assert len(strikes(parse_fault("empty:100%"))) == 200
    assert 2000 * 0.8 < len(strikes(parse_fault("empty:20%"), 10_000)) < 2000 * 1.2
    assert 250 * 0.6 < len(strikes(parse_fault("empty:2.5%"), 10_000)) < 250 * 1.4


def test_the_same_seed_strikes_the_same_calls_and_another_seed_others() -> None:
    one, again, other = (strikes(parse_faults(["empty:20%"], seed)[0]) for seed in (1, 1, 2))
    assert one == again != other
    # Written down, so that a mix seen once can be had again on any machine and in any later version.
    assert one[:5] == [2, 5, 8, 12, 22]


def test_faults_beside_it_change_nothing_about_when_a_fault_strikes() -> None:
    (alone,) = parse_faults(["create:empty:20%"])
    among = parse_faults(["create:cut:50%", "create:cut:1", "create:empty:20%", "create:drip:30%"])
    for _ in range(200):
        draw([alone], "create")
        assert draw(among, "create") is not None
    assert strikes(among[2]) == strikes(alone)


def test_the_same_fault_given_twice_strikes_twice_as_often_not_twice_at_once() -> None:
    first, second = parse_faults(["empty:20%", "empty:20%"])
    assert strikes(first) != strikes(second)
