"""Which place counts, over all of them; and that no merchant is ever completed with another's."""

from __future__ import annotations

import os
import sys
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from places_for_tests import ALL_SIX, OTHER_SIX, Places, empty_places

from batchinvoice.loading import load, look, profiles
from batchinvoice.places import BOUND, CREDENTIALS, SECRETS, Place, check_profile_name, choose
from batchinvoice.settings import SettingsError

CODE = "HESABE_MERCHANT_CODE"
ORDINARY = "BATCHINVOICE_NOTHING_FOUND"
SECRET = "HESABE_PASSWORD"
LIVE = {"BATCHINVOICE_ENVIRONMENT": "live"}
LEVELS = ("flag", "environment", "profile here", "profile user", "top here", "top user", "file", "keyring")


def subsets(levels: tuple[str, ...]) -> list[tuple[str, ...]]:
    return [each for size in range(len(levels) + 1) for each in combinations(levels, size)]


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Places:
    return empty_places(tmp_path, monkeypatch)


def _fill(places: Places, said: tuple[str, ...], name: str, *, profile: str) -> dict[str, str]:
    """Say the setting in these places, each giving its own name as the value; returns the flags."""
    code = {CODE: "111"}
    tables = {level: {name: level} if level in said else {} for level in LEVELS}
    for level, folder in (("here", places.here), ("user", places.user)):
        own = {"b": {**code, **tables[f"profile {level}"]}} if profile else {}
        places.write(folder, tables[f"top {level}"], **own)
    places.secrets(tables["file"], profile)
    places.ring(tables["keyring"], profile)
    if "environment" in said:
        places.setenv({name: "environment", **(code if profile and name in CREDENTIALS else {})})
    else:
        places.monkeypatch.delenv(name, raising=False)
    return {name: "flag"} if "flag" in said else {}


def test_the_first_place_counts_for_every_setting(places: Places) -> None:
    levels = LEVELS[:6]
    for said in subsets(levels):
        flags = _fill(places, said, ORDINARY, profile="b")
        assert load("b", **flags).nothing_found == (said[0] if said else ""), said


def test_the_first_place_counts_for_secrets_without_a_profile(places: Places) -> None:
    levels = tuple(level for level in LEVELS if "profile" not in level)
    for said in subsets(levels):
        (places.here.parent / "ring.json").unlink(missing_ok=True)
        flags = _fill(places, said, SECRET, profile="")
        assert load(**flags).password.get_secret_value() == (said[0] if said else ""), said


def test_a_profile_takes_no_secret_from_the_top_level(places: Places) -> None:
    for said in subsets(LEVELS):
        (places.here.parent / "ring.json").unlink(missing_ok=True)
        flags = _fill(places, said, SECRET, profile="b")
        own = [level for level in said if "top" not in level]
        assert load("b", **flags).password.get_secret_value() == (own[0] if own else ""), said


@pytest.mark.parametrize("missing", SECRETS)
def test_a_profile_without_a_key_is_not_completed_with_the_top_levels(places: Places, missing: str) -> None:
    lacking = {name: value for name, value in OTHER_SIX.items() if name != missing}
    places.write(places.user, ALL_SIX, b=lacking)
    places.secrets(ALL_SIX)
    places.ring(ALL_SIX)
    assert load("b").missing() == [missing]


@pytest.mark.parametrize("missing", SECRETS)
@pytest.mark.parametrize("place", ["file", "keyring", "user's file"])
def test_a_merchant_of_this_folder_is_not_completed_with_another_ones(places: Places, missing: str, place: str) -> None:
    places.write(places.here, {name: value for name, value in ALL_SIX.items() if name != missing})
    fill = {"file": places.secrets, "keyring": places.ring, "user's file": lambda v: places.write(places.user, v)}[
        place
    ]
    fill(OTHER_SIX)
    loaded = look()
    assert loaded.settings.missing() == [missing]
    assert loaded.left_out
    fill({**ALL_SIX})
    assert look().settings.missing() == []


def test_live_does_not_leak_into_a_profile_nor_to_another_merchant(places: Places) -> None:
    places.write(places.user, {**LIVE, "BATCHINVOICE_BASE_URL": "https://merchantapi.hesabe.com"}, b=OTHER_SIX)
    assert load("b").gateway_url == "https://merchantapisandbox.hesabe.com"
    assert load().environment == "live"
    places.write(places.user, {**ALL_SIX, **LIVE})
    assert load().environment == "live"
    places.write(places.here, OTHER_SIX)
    assert load().environment == "sandbox"


def test_a_profile_of_the_working_folder_takes_nothing_from_one_of_the_same_name(places: Places) -> None:
    places.write(places.here, b={CODE: "222"})
    places.write(places.user, b={**ALL_SIX, **LIVE, ORDINARY: "nothing there"})
    found = load("b")
    assert (found.merchant_code, found.environment, found.nothing_found) == ("222", "sandbox", "nothing there")
    assert found.missing() == list(SECRETS)


def test_a_profile_names_its_merchant_itself(places: Places) -> None:
    places.write(places.user, ALL_SIX, b={ORDINARY: "x"})
    with pytest.raises(SettingsError, match=r"“b” names no HESABE_MERCHANT_CODE.*setup --profile b"):
        load("b")


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        (ALL_SIX, "speak of merchant 111, and the profile “b” is merchant 222"),
        ({"HESABE_SECRET_KEY": "1" * 32}, "speak of an unnamed merchant"),
        ({CODE: "111"}, "speak of merchant 111"),
        (LIVE, "says live, and the profile “b” is sandbox"),
    ],
)
def test_variables_that_contradict_a_profile_stop_everything(
    places: Places, variables: dict[str, str], words: str
) -> None:
    places.write(places.user, b=OTHER_SIX)
    places.setenv(variables)
    with pytest.raises(SettingsError, match=words) as caught:
        load("b")
    assert "1" * 32 not in str(caught.value)


def test_variables_of_the_same_merchant_count_for_a_profile(places: Places) -> None:
    places.write(places.user, b={**OTHER_SIX, **LIVE})
    places.setenv({CODE: "222", SECRET: "from the environment", **LIVE})
    assert load("b").password.get_secret_value() == "from the environment"


def test_an_unknown_profile_is_told_with_the_known_ones(places: Places) -> None:
    places.write(places.here, **{"branch-2": OTHER_SIX})
    places.write(places.user, الفرع=ALL_SIX)
    assert profiles() == ["branch-2", "الفرع"]
    with pytest.raises(SettingsError, match=r"no profile “brunch”.*branch-2, الفرع"):
        load("brunch")


def test_the_environment_chooses_a_profile_and_an_empty_name_chooses_none(places: Places) -> None:
    places.write(places.user, ALL_SIX, b=OTHER_SIX)
    places.setenv({"BATCHINVOICE_PROFILE": "b"})
    assert (load().merchant_code, load().profile) == ("222", "b")
    assert (load("").merchant_code, load("").profile) == ("111", "")


def test_what_stands_empty_to_be_filled_in_is_not_said(places: Places) -> None:
    places.write(places.here, {SECRET: ""})
    places.ring({SECRET: "of the keyring"})
    assert load().password.get_secret_value() == "of the keyring"


@pytest.mark.parametrize("name", ["", "a b", "../x", "a/b", "x" * 41, "a\u202eb", "é", "a\n"])
def test_a_name_that_could_do_harm_is_none(name: str) -> None:
    with pytest.raises(SettingsError, match="name of a profile"):
        check_profile_name(name)


@pytest.mark.parametrize("content", ["profiles = 'x'", "[profiles]\nb = 'x'", "[profiles.'a b']"])
def test_profiles_that_are_no_tables_are_told(places: Places, content: str) -> None:
    (places.user / "batchinvoice.toml").write_text(content, encoding="utf-8")
    for call in (lambda: load("b"), profiles):
        with pytest.raises(SettingsError, match="profile"):
            call()


def test_a_spelling_mistake_is_told_with_its_place(places: Places) -> None:
    path = places.write(places.here, b={**ALL_SIX, "BATCHINVOICE_TIMEOT": 3, "profile": "x"})
    with pytest.raises(SettingsError) as caught:
        load("b")
    assert f"BATCHINVOICE_TIMEOT: no such setting (check the spelling) (in {path} [profiles.b])" in str(caught.value)
    assert "profile: no such setting" in str(caught.value)


def test_a_code_without_quotation_marks_is_told(places: Places) -> None:
    (places.here / "batchinvoice.toml").write_text("HESABE_MERCHANT_CODE = 842217", encoding="utf-8")
    with pytest.raises(SettingsError, match="HESABE_MERCHANT_CODE: it must stand between quotation marks"):
        load()


def test_a_backslash_in_a_path_is_told_by_its_line(places: Places) -> None:
    (places.here / "batchinvoice.toml").write_text('BATCHINVOICE_HOME = "C:\\Users\\noura"\n', encoding="utf-8")
    with pytest.raises(SettingsError, match=r"line 1.*paths with \\ stand between"):
        load()


def test_a_file_that_notepad_marked_is_read(places: Places) -> None:
    (places.here / "batchinvoice.toml").write_text(f'{ORDINARY} = "x"\n', encoding="utf-8-sig")
    assert load().nothing_found == "x"


@pytest.mark.parametrize("encoding", ["utf-16", "cp1256"])
def test_a_file_that_is_not_saved_as_utf_8_is_told_so(places: Places, encoding: str) -> None:
    (places.here / "batchinvoice.toml").write_text(f'{ORDINARY} = "تقارير"\n', encoding=encoding)
    with pytest.raises(SettingsError, match=r"batchinvoice.toml cannot be read: it is not saved as UTF-8 \(in Notepad"):
        load()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no such owners")
def test_a_file_of_another_user_directs_nothing(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    places.write(places.user, ALL_SIX)
    path = places.write(places.here, {"BATCHINVOICE_BASE_URL": "https://evil.example", ORDINARY: "x"})
    if os.geteuid() == 0:
        os.chown(path, 4711, 4711)
        assert load().nothing_found == "x"  # the administrator's commands go by every file
    monkeypatch.setattr(os, "geteuid", lambda: 4712)
    with pytest.raises(SettingsError, match=r"here/batchinvoice.toml is not used: it is another user's.*elsewhere"):
        load()


@pytest.mark.parametrize(
    ("environment", "host", "well"),
    [
        ("sandbox", "merchantapi.hesabe.com", False),
        ("sandbox", "MerchantAPI.Hesabe.com.", False),
        ("live", "merchantapisandbox.hesabe.com", False),
        ("live", "merchantapi.hesabe.com", True),
        ("sandbox", "merchantapisandbox.hesabe.com", True),
        ("live", "proxy.example", True),
    ],
)
def test_an_address_of_the_other_environment_is_refused(
    places: Places, environment: str, host: str, well: bool
) -> None:
    flags = {"BATCHINVOICE_ENVIRONMENT": environment, "BATCHINVOICE_BASE_URL": f"https://{host}:443/x"}
    if well:
        assert load(**flags).environment == environment
        return
    with pytest.raises(SettingsError, match=f"BATCHINVOICE_ENVIRONMENT says {environment}"):
        load(**flags)


SAID = st.dictionaries(st.sampled_from([*BOUND, ORDINARY]), st.sampled_from(["1", "2", "3"]))


@given(st.lists(SAID, max_size=6))
def test_whatever_stands_where_the_bound_settings_are_of_one_merchant(said: list[dict[str, str]]) -> None:
    made = [Place(str(number), values) for number, values in enumerate(said)]
    chosen = choose(made)
    merchant = chosen.values.get(CODE)
    by_name = {place.name: place for place in made}
    for name, origin in chosen.origins.items():
        if name in BOUND:
            assert by_name[origin].merchant in ("", merchant)
    for name in {name for place in made for name in place.says}:
        speaking = [p for p in made if name in p.says and not (name in BOUND and p.merchant not in ("", merchant))]
        assert chosen.values.get(name) == (speaking[0].says[name] if speaking else None)


def test_no_value_shows_in_the_repr_of_a_place(places: Places) -> None:
    place = Place("somewhere", ALL_SIX)
    assert "password-one" not in repr(place) + repr(choose([place]))
    places.write(places.user, ALL_SIX)
    assert "password-one" not in repr(look())
