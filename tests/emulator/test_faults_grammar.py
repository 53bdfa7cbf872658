"""The grammar of faults, and when a fault strikes."""

from __future__ import annotations

import pytest

from batchinvoice.emulator.faults import KINDS, draw, parse_fault


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_parses_with_its_default(name: str) -> None:
    fault = parse_fault(f"{name}:3")
    assert (fault.call, fault.name, fault.seconds, fault.every, fault.times) == ("", name, KINDS[name].seconds, 3, None)


def test_all_parts_of_the_grammar() -> None:
    fault = parse_fault("create:throttle=2.5:10x4")
    assert (fault.call, fault.name, fault.seconds, fault.every, fault.times) == ("create", "throttle", 2.5, 10, 4)


@pytest.mark.parametrize("text", ["", "throttle", "nonsense:1", "throttle:0", "throttle:-1", "a:b:c:1", "throttle=x:1"])
def test_what_is_not_a_fault_is_told_with_the_grammar(text: str) -> None:
    with pytest.raises(ValueError, match="EVERY"):
        parse_fault(text)


def test_every_third_call_meets_it_and_other_calls_do_not_count() -> None:
    faults = [parse_fault("create:empty:3")]
    met = [draw(faults, call) is not None for call in ["create", "find", "create", "create", "find", "create"]]
    assert met == [False, False, False, True, False, False]


def test_times_bounds_it() -> None:
    faults = [parse_fault("empty:1x2")]
    assert [draw(faults, "create") is not None for _ in range(4)] == [True, True, False, False]
