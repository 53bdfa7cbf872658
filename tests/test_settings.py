"""Where a setting comes from, what is said when it cannot be used, and that secrets stay hidden."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import keyring
import pytest

from batchinvoice import loading, vault
from batchinvoice.events import Event
from batchinvoice.invoices.rules import DateOrder
from batchinvoice.loading import load
from batchinvoice.settings import CREDENTIALS, Settings, SettingsError


def _ring(held: dict[str, str]) -> Callable[[str, str], str | None]:
    """A keyring that holds these."""
    return lambda service, user: held.get(user) if service == "batchinvoice" else None


@pytest.fixture(autouse=True)
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Path]:
    """An empty environment, a working folder, a user's folder, and a keyring that holds nothing."""
    for name in os.environ:
        if name.startswith(("HESABE_", "BATCHINVOICE_")):
            monkeypatch.delenv(name)
    found = {"here": tmp_path / "here", "user": tmp_path / "user"}
    for folder in found.values():
        folder.mkdir()
    monkeypatch.chdir(found["here"])
    monkeypatch.setattr(loading, "user_file", lambda: found["user"] / "batchinvoice.toml")
    monkeypatch.setattr(vault, "user_folder", lambda: found["user"])
    monkeypatch.setattr(keyring, "get_password", _ring({}))
    return found


def _write(folder: Path, **values: str) -> None:
    lines = [f'{name} = "{value}"' for name, value in values.items()]
    (folder / "batchinvoice.toml").write_text("\n".join(lines), encoding="utf-8")


def test_each_place_wins_over_the_next(places: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    name = "HESABE_USERNAME"
    monkeypatch.setattr(keyring, "get_password", _ring({name: "keyring"}))
    assert load().username.get_secret_value() == "keyring"
    _write(places["user"], **{name: "user's file"})
    assert load().username.get_secret_value() == "user's file"
    _write(places["here"], **{name: "file here"})
    assert load().username.get_secret_value() == "file here"
    monkeypatch.setenv(name, "environment")
    assert load().username.get_secret_value() == "environment"
    assert load(HESABE_USERNAME="flag").username.get_secret_value() == "flag"


def test_the_keyring_is_asked_only_where_something_is_missing_that_is_needed(
    places: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    merchant = "HESABE_MERCHANT_CODE"
    monkeypatch.setattr(keyring, "get_password", _ring({merchant: "111", "HESABE_USERNAME": "keyring"}))
    assert load(needed=[merchant]).merchant_code == "111"
    _write(places["user"], **{merchant: "111"})
    assert load(needed=[merchant]).username.get_secret_value() == ""
    assert load().username.get_secret_value() == "keyring"


def test_an_empty_variable_counts_as_not_set(places: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    _write(places["here"], BATCHINVOICE_REPORT_DIR="from-file")
    monkeypatch.setenv("BATCHINVOICE_REPORT_DIR", "")
    assert load().report_dir == Path("from-file")


def test_the_home_of_the_user_is_not_taken_for_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/somewhere")
    assert load().home != Path("/somewhere")


@pytest.mark.parametrize("home", ["ledger", "./ledger", "../ledger", "~nobody-of-this-name/ledger"])
def test_a_home_that_each_working_folder_would_have_anew_is_refused(places: dict[str, Path], home: str) -> None:
    _write(places["user"], BATCHINVOICE_HOME=home)
    with pytest.raises(SettingsError, match=r"BATCHINVOICE_HOME: it must be a whole path.*made twice"):
        load()


def test_a_tilde_is_the_users_own_folder(places: dict[str, Path]) -> None:
    _write(places["user"], BATCHINVOICE_HOME="~/ledger", BATCHINVOICE_REPORT_DIR="~/reports")
    assert (load().home, load().report_dir) == (Path.home() / "ledger", Path.home() / "reports")


def test_no_secret_shows_in_any_text_of_the_settings() -> None:
    secrets = {name: f"hidden-{number}" for number, name in enumerate(CREDENTIALS) if name != "HESABE_MERCHANT_CODE"}
    loaded = load(**secrets, BATCHINVOICE_LEDGER_URL="postgresql://u:hidden-9@h/d")
    for text in (repr(loaded), str(loaded), loaded.model_dump_json()):
        assert "hidden" not in text


def test_a_wrong_secret_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BATCHINVOICE_TIMEOUT", "hidden")
    with pytest.raises(SettingsError) as caught:
        load()
    assert "BATCHINVOICE_TIMEOUT" in str(caught.value)
    assert "hidden" not in str(caught.value)


def test_missing_credentials_are_named() -> None:
    assert load(HESABE_MERCHANT_CODE="1").missing() == list(CREDENTIALS[1:])


def test_the_environment_decides_the_address() -> None:
    assert load().gateway_url == "https://merchantapisandbox.hesabe.com"
    assert load(BATCHINVOICE_ENVIRONMENT="live").gateway_url == "https://merchantapi.hesabe.com"
    assert load(BATCHINVOICE_BASE_URL="https://x.example").gateway_url == "https://x.example"


@pytest.mark.parametrize("content", ["= broken", "HESABE_TYPO = '1'", "BATCHINVOICE_ENVIRONMENT = 'production'"])
def test_a_file_that_cannot_be_used_is_named(places: dict[str, Path], content: str) -> None:
    (places["here"] / "batchinvoice.toml").write_text(content, encoding="utf-8")
    with pytest.raises(SettingsError, match=r"batchinvoice\.toml"):
        load()


def test_defaults_are_those_of_the_design() -> None:
    loaded = load()
    assert (loaded.environment, loaded.country_code, loaded.expiry_days) == ("sandbox", "965", 30)
    assert (loaded.payment_types, loaded.delivery, loaded.sms_mode) == ((1, 2), "sms", "bulk")


def test_how_figures_are_written_is_not_declared_unless_somebody_does() -> None:
    assert (load().date_order, load().decimal_mark) == (None, None)
    declared = load(BATCHINVOICE_DATE_ORDER="mdy", BATCHINVOICE_DECIMAL_MARK=",")
    assert (declared.date_order, declared.decimal_mark) == (DateOrder.MONTH_FIRST, ",")


@pytest.mark.parametrize(("name", "value"), [("DATE_ORDER", "ymd"), ("DECIMAL_MARK", ";")])
def test_a_declaration_that_is_none_is_named(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"BATCHINVOICE_{name}", value)
    with pytest.raises(SettingsError, match=name):
        load()


def test_readme_names_every_setting() -> None:
    readme = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
    for name in (field.alias or "" for field in Settings.model_fields.values()):
        short = name.removeprefix("BATCHINVOICE_AMOUNT")
        assert f"`{name}`" in readme or f"{name} =" in readme or f"`{short}`" in readme, name


@pytest.mark.parametrize(
    "between",
    [" ", "\n", ", ", ",", ";", " ,\n"],
    ids=["space", "line", "comma and space", "comma", "semicolon", "both"],
)
def test_where_notices_go_is_parted_between_urls_and_never_within(
    between: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    urls = ("mailtos://u:p,w@h.example?to=a@b.example,c@d.example", "json://h.example/x;y", "slack://A/B/C")
    monkeypatch.setenv("BATCHINVOICE_NOTIFY", between.join(urls))
    loaded = load()
    assert loaded.notify_urls == urls
    assert "h.example" not in repr(loaded) + str(loaded) + loaded.model_dump_json()


def test_a_settings_file_lists_channels_and_events(places: dict[str, Path]) -> None:
    (places["here"] / "batchinvoice.toml").write_text(
        'BATCHINVOICE_NOTIFY = ["json://one.example", "json://two.example"]\n'
        'BATCHINVOICE_NOTIFY_ON = ["attention", "failed"]\nBATCHINVOICE_NOTIFY_ATTACH = "no"\n',
        encoding="utf-8",
    )
    loaded = load()
    assert loaded.notify_urls == ("json://one.example", "json://two.example")
    assert loaded.notify_events == {Event.ATTENTION, Event.FAILED}
    assert loaded.notify_attach is False


def test_notices_are_sent_about_everything_unless_somebody_says_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (load().notify_urls, load().notify_events, load().notify_attach) == ((), set(Event), True)
    monkeypatch.setenv("BATCHINVOICE_NOTIFY_ON", "Finished, typo")
    with pytest.raises(SettingsError, match=r"BATCHINVOICE_NOTIFY_ON: it must be some of finished, attention, failed"):
        load()


def test_where_notices_go_rests_in_the_keyring_with_the_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    ring = {"HESABE_PASSWORD": "p", "BATCHINVOICE_NOTIFY": "json://one.example"}
    monkeypatch.setattr(keyring, "get_password", _ring(ring))
    assert load().notify_urls == ("json://one.example",)
    assert load(BATCHINVOICE_NOTIFY="json://two.example").notify_urls == ("json://two.example",)
