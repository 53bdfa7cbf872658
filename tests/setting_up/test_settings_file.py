"""What setup writes into a settings file, and what it leaves alone."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from places_for_tests import ALL_SIX, OTHER_SIX, Places, empty_places

from batchinvoice import vault
from batchinvoice.places import SECRETS
from batchinvoice.setting_up.forms import QUESTIONS, tidy
from batchinvoice.setting_up.storing import edited, store
from batchinvoice.settings import SettingsError

FILE = Path("batchinvoice.toml")
NAMES = st.sampled_from(["HESABE_MERCHANT_CODE", "BATCHINVOICE_ENVIRONMENT", "BATCHINVOICE_REPORT_DIR", "OTHER"])
VALUES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1)
TABLES = st.dictionaries(NAMES, VALUES)
PROFILES = st.dictionaries(st.sampled_from(["a", "b-2", "الفرع"]), TABLES, max_size=3)


@given(TABLES, PROFILES, st.sampled_from(["", "a", "new"]), st.dictionaries(NAMES, st.just("") | VALUES))
def test_only_what_is_meant_is_changed(
    top: dict[str, str], profiles: dict[str, dict[str, str]], profile: str, values: dict[str, str]
) -> None:
    import tomlkit

    before = tomlkit.dumps({**top, **({"profiles": profiles} if profiles else {})})
    after = tomllib.loads(edited(before, profile, values, FILE)[0])
    others = after.pop("profiles", {})
    wanted = {**(profiles.get(profile, {}) if profile else top), **values}
    kept = {name: value for name, value in wanted.items() if value}
    assert (others.pop(profile, {}) if profile else after) == kept
    assert not profile or after == top
    assert others == {name: table for name, table in profiles.items() if name != profile}


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_every_other_line_and_remark_stays(end: str) -> None:
    lines = [
        "# mine",
        "BATCHINVOICE_TIMEOUT = 10   # slow line",
        "",
        "[profiles.a] # one",
        'HESABE_MERCHANT_CODE = "1"',
        "",
    ]
    text, _ = edited(end.join(lines), "", {"HESABE_MERCHANT_CODE": "9"}, FILE)
    for line in lines:
        assert line in text
    assert tomllib.loads(text)["HESABE_MERCHANT_CODE"] == "9"
    assert tomllib.loads(text)["profiles"]["a"] == {"HESABE_MERCHANT_CODE": "1"}
    again, _ = edited(text, "", {"HESABE_MERCHANT_CODE": "9"}, FILE)
    assert again == text


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Places:
    return empty_places(tmp_path, monkeypatch)


@pytest.mark.parametrize("profile", ["", "b"])
def test_no_secret_is_ever_in_the_settings_file_and_no_old_one_stays(places: Places, profile: str) -> None:
    file = places.user / "batchinvoice.toml"
    places.write(places.user, ALL_SIX, b=ALL_SIX)
    vault.into_file(places.user / "secrets.toml", ALL_SIX, profile)
    stored = store(OTHER_SIX, profile, file, in_file=False)
    assert (stored.secrets, stored.moved) == ("the keyring (a keyring in a file)", SECRETS)
    table = tomllib.loads(file.read_text("utf-8"))
    assert (table["profiles"]["b"] if profile else table).keys() & set(OTHER_SIX) == {"HESABE_MERCHANT_CODE"}
    assert not (places.user / "secrets.toml").exists()
    assert vault.from_keyring(OTHER_SIX, profile) == OTHER_SIX

    store(OTHER_SIX, profile, file, in_file=True)
    assert vault.from_file(places.user / "secrets.toml", profile) == OTHER_SIX
    assert vault.from_keyring(OTHER_SIX, profile) == {}


def test_a_folder_that_cannot_be_written_is_told_in_words(places: Places) -> None:
    (places.user / "a file").write_text("x", "utf-8")
    with pytest.raises(SettingsError, match=r"cannot be read|could not be stored whole"):
        store(OTHER_SIX, "", places.user / "a file" / "batchinvoice.toml", in_file=True)


@pytest.mark.parametrize(
    ("name", "good", "wrong"),
    [
        ("HESABE_MERCHANT_CODE", "842217", "842 217"),
        ("HESABE_ACCESS_CODE", "c333729b-d060", "c333729b\u2013d060"),
        ("HESABE_SECRET_KEY", "x" * 32, "x" * 31),
        ("HESABE_SECRET_KEY", "x" * 32, "ي" * 32),
        ("HESABE_IV_KEY", "x" * 16, "x" * 32),
    ],
)
def test_forms(name: str, good: str, wrong: str) -> None:
    question = next(each for each in QUESTIONS if each.name == name)
    assert (question.fault(good), bool(question.fault(wrong)), wrong in question.fault(wrong)) == ("", True, False)
    assert tidy(question, f" {good}\n") == good
