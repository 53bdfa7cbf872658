"""From nothing to a working run, through setup as a person meets it; and what setup never does with a secret."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from terminal import conversation
from whole_tool import Tool

from batchinvoice.emulator.process import RunningEmulator
from batchinvoice.emulator.sandbox import SANDBOX

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the user's folder cannot be another one there")

GOOD = ["INV-1", "Noura", "66100201", 120.5, "noura@example.com", "sms"]
SIX = {f"HESABE_{name.upper()}": value for name, value in SANDBOX.items()}
SECRETS = [SANDBOX[name] for name in ("access_code", "secret_key", "iv_key", "password")]
RING = "file_keyring.Ring"


@pytest.fixture
def bare(tmp_path: Path, gateway: RunningEmulator) -> Tool:
    """The tool with no settings at all, in a home of its own with an empty keyring."""
    home = {
        "HOME": str(tmp_path),
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
        "XDG_DATA_HOME": str(tmp_path / "data"),
        "TEST_KEYRING": str(tmp_path / "ring.json"),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
    }
    return Tool(tmp_path, home)


def _file(tool: Tool, name: str = "batchinvoice.toml") -> Path:
    found = [*tool.folder.rglob(name)]
    return found[0] if found else tool.folder / "no such file"


def _answers(**changed: str) -> list[tuple[str, str]]:
    said = {**SIX, **changed}
    return [
        ("Profile (Enter: none): ", said.get("profile", "")),
        ("Environment", said.get("environment", "")),
        ("Address of the gateway", ""),
        ("Merchant code", said["HESABE_MERCHANT_CODE"]),
        ("Access code (", said["HESABE_ACCESS_CODE"]),
        ("Secret key (", said["HESABE_SECRET_KEY"]),
        ("IV key (", said["HESABE_IV_KEY"]),
        ("User name (", said["HESABE_USERNAME"]),
        ("Password (", said["HESABE_PASSWORD"]),
        ("Folder for reports", said.get("reports", "")),
    ]


def _silent(*texts: str) -> None:
    for text in texts:
        assert not [secret for secret in SECRETS if secret in text]
        assert "Traceback" not in text


def test_what_the_emulator_says_leads_to_settings_with_which_all_is_well(bare: Tool) -> None:
    command = [sys.executable, "-m", "batchinvoice", "emulator", "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, encoding="utf-8", stdout=subprocess.DEVNULL) as process:
        try:
            said = [process.stderr.readline().strip() for _ in range(10)] if process.stderr else []
            given = dict(line.split(": ", 1) for line in said if line.split(": ")[0].replace(" ", "_") in SANDBOX)
            [typed] = [line for line in said if line.startswith("batchinvoice setup")]
            six = {f"HESABE_{name.upper().replace(' ', '_')}": value for name, value in given.items()}
            done = bare(*typed.split()[1:], "--yes", **six)
            assert done.returncode == 0, done.stderr
            assert "All is well." in bare("--profile", "trial", "doctor").stdout
            assert "Is a profile meant? batchinvoice --profile trial" in bare("history").stderr
        finally:
            process.terminate()


def test_from_nothing_to_a_run(bare: Tool, gateway: RunningEmulator) -> None:
    bare.sheet("a.xlsx", [GOOD])
    before = bare("run", "a.xlsx")
    assert (before.returncode, "“batchinvoice setup” asks for them" in before.stderr) == (3, True)

    code, shown = conversation(bare, _answers(reports="~/month end"), "setup", "--base-url", gateway.base_url)
    assert code == 0, shown
    assert "The gateway let us in, and the keys fit." in shown
    assert gateway.truth()["invoices"] == []
    assert "for its owner alone to read" in shown
    secrets = _file(bare, "secrets.toml")
    assert secrets.stat().st_mode & 0o777 == 0o600
    assert tomllib.loads(secrets.read_text("utf-8")) == SIX
    assert tomllib.loads(_file(bare).read_text("utf-8")) == {
        "HESABE_MERCHANT_CODE": "842217",
        "BATCHINVOICE_ENVIRONMENT": "sandbox",
        "BATCHINVOICE_BASE_URL": gateway.base_url,
        "BATCHINVOICE_REPORT_DIR": str(bare.folder / "month end"),
    }

    well = bare("doctor", ".")
    assert (well.returncode, "All is well." in well.stdout) == (0, True), well.stdout
    assert bare("check", "a.xlsx").stdout.startswith("SANDBOX (test) · merchant 842217\n")
    done = bare("-v", "run", "a.xlsx", "--json")
    assert (done.returncode, len(gateway.truth()["invoices"])) == (0, 1)
    assert json.loads(done.stdout)["report"].startswith(str(bare.folder / "month end"))
    _silent(shown, _file(bare).read_text("utf-8"), well.stdout, well.stderr, done.stdout, done.stderr)


def test_secrets_go_into_the_keyring_and_enter_keeps_them(bare: Tool, gateway: RunningEmulator) -> None:
    code, shown = conversation(bare, _answers(), "setup", "--base-url", gateway.base_url, PYTHON_KEYRING_BACKEND=RING)
    assert (code, "the keyring (a keyring in a file)" in shown) == (0, True), shown
    held = json.loads((bare.folder / "ring.json").read_text("utf-8"))
    assert held == {f"batchinvoice:{name}": value for name, value in SIX.items()}
    assert not _file(bare, "secrets.toml").exists()
    text = _file(bare).read_text("utf-8")

    kept = [(awaited, "") for awaited, _ in _answers()]
    code, again = conversation(bare, kept, "setup", PYTHON_KEYRING_BACKEND=RING)
    assert (code, "Secret key (set; Enter keeps it" in again) == (0, True), again
    assert json.loads((bare.folder / "ring.json").read_text("utf-8")) == held
    assert _file(bare).read_text("utf-8") == text
    _silent(shown, again, text)
    assert bare("doctor", PYTHON_KEYRING_BACKEND=RING).returncode == 0
    # Without that keyring the same settings lack what rests in it.
    assert bare("doctor").returncode == 3


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"HESABE_SECRET_KEY": "x" * 32}, "HESABE_SECRET_KEY and HESABE_IV_KEY"),
        ({"HESABE_PASSWORD": "not it"}, "HESABE_USERNAME and HESABE_PASSWORD"),
    ],
)
def test_what_the_gateway_refuses_is_not_stored(
    bare: Tool, gateway: RunningEmulator, wrong: dict[str, str], words: str
) -> None:
    answers = [*_answers(**wrong), ("Store it all the same?", "")]
    code, shown = conversation(bare, answers, "setup", "--base-url", gateway.base_url, PYTHON_KEYRING_BACKEND=RING)
    assert (code, words in shown, "Nothing was stored." in shown) == (3, True, True), shown
    assert not _file(bare).exists()
    assert not _file(bare, "secrets.toml").exists()
    assert not (bare.folder / "ring.json").exists()
    _silent(shown)
    assert next(iter(wrong.values())) not in shown


def test_a_person_may_store_what_was_refused(bare: Tool, gateway: RunningEmulator) -> None:
    answers = [*_answers(HESABE_PASSWORD="not it"), ("Store it all the same?", "y")]
    assert conversation(bare, answers, "setup", "--base-url", gateway.base_url)[0] == 0
    assert tomllib.loads(_file(bare, "secrets.toml").read_text("utf-8"))["HESABE_PASSWORD"] == "not it"


def test_a_wrong_form_is_said_at_once_and_live_is_asked_twice(bare: Tool) -> None:
    answers = [each for each in _answers() if each[0] != "Address of the gateway"]
    answers[1:2] = [("Environment", "live"), ("Is that meant?", "n"), ("Environment", "live"), ("Is that meant?", "y")]
    place = next(n for n, each in enumerate(answers) if each[0] == "Secret key (")
    answers.insert(place, ("Secret key (", SANDBOX["iv_key"]))
    code, shown = conversation(bare, answers, "setup", "--no-test")
    assert code == 0, shown
    assert "It must have 32 characters; this has 16. That is the length of the IV key." in shown
    assert "LIVE · merchant 842217" in shown
    assert tomllib.loads(_file(bare).read_text("utf-8"))["BATCHINVOICE_ENVIRONMENT"] == "live"
    _silent(shown)
    done = bare("history")
    assert done.stdout.splitlines()[0] == "LIVE · merchant 842217"


def test_of_another_merchant_nothing_can_be_kept(bare: Tool, gateway: RunningEmulator) -> None:
    assert bare("setup", "--yes", "--base-url", gateway.base_url, **SIX).returncode == 0
    refused = bare("setup", "--yes", "--merchant-code", "999", "--no-test")
    assert (refused.returncode, "Not given: HESABE_ACCESS_CODE" in refused.stderr) == (3, True)
    answers = _answers(HESABE_MERCHANT_CODE="999")
    code, shown = conversation(bare, [*answers, ("Store it all the same?", "n")], "setup")
    assert (code, "Secret key (hidden while you type" in shown) == (3, True), shown


def test_an_administrator_needs_no_terminal(bare: Tool, gateway: RunningEmulator) -> None:
    alone = bare("setup")
    assert (alone.returncode, "with --yes it asks none" in alone.stderr) == (2, True)
    lacking = bare("setup", "--yes", HESABE_MERCHANT_CODE="842217")
    assert (lacking.returncode, "Not given: HESABE_ACCESS_CODE" in lacking.stderr) == (3, True)
    wrong = bare("setup", "--yes", "--base-url", gateway.base_url, **{**SIX, "HESABE_IV_KEY": "x" * 16})
    assert (wrong.returncode, "Nothing was stored." in wrong.stderr) == (3, True)
    assert not _file(bare).exists()
    words = ("setup", "--yes", "--base-url", gateway.base_url, "--secrets-in", "file")
    done = bare(*words, PYTHON_KEYRING_BACKEND=RING, **SIX)
    assert done.returncode == 0, done.stderr
    assert _file(bare, "secrets.toml").exists()
    assert not (bare.folder / "ring.json").exists()
    _silent(done.stdout, done.stderr, wrong.stdout, wrong.stderr)


def test_a_file_keeps_its_other_lines_and_loses_its_secrets(bare: Tool, gateway: RunningEmulator) -> None:
    folder = bare.folder / "config" / "batchinvoice"
    folder.mkdir(parents=True)
    mine = f'# my own remark\r\nBATCHINVOICE_SMS_CHUNK = 50  # fifty\r\nHESABE_PASSWORD = "{SANDBOX["password"]}"\r\n'
    (folder / "batchinvoice.toml").write_bytes(mine.encode())
    done = bare("setup", "--yes", "--base-url", gateway.base_url, **SIX)
    assert (done.returncode, "do no longer: HESABE_PASSWORD" in done.stdout) == (0, True)
    now = (folder / "batchinvoice.toml").read_bytes()
    assert now.startswith(b"# my own remark\r\nBATCHINVOICE_SMS_CHUNK = 50  # fifty\r\n")
    _silent(now.decode())
    (folder / "batchinvoice.toml").write_text("= broken", "utf-8")
    broken = bare("setup", "--yes", **SIX)
    assert (broken.returncode, (folder / "batchinvoice.toml").read_text("utf-8")) == (3, "= broken")


def test_what_counts_instead_of_the_stored_is_said(bare: Tool, gateway: RunningEmulator) -> None:
    nearer = bare.folder / "batchinvoice.toml"
    nearer.write_text('HESABE_USERNAME = "somebody"\n', "utf-8")
    code, shown = conversation(bare, _answers(), "setup", "--base-url", gateway.base_url)
    assert (code, f"Here counts another HESABE_USERNAME, that of {nearer}" in shown) == (1, True), shown
    assert tomllib.loads(_file(bare, "secrets.toml").read_text("utf-8")) == SIX


def test_profiles_are_set_up_beside_each_other(bare: Tool, gateway: RunningEmulator) -> None:
    bare.sheet("a.xlsx", [GOOD])
    assert bare("setup", "--yes", "--no-test", **{**SIX, "HESABE_MERCHANT_CODE": "999"}).returncode == 0
    code, shown = conversation(bare, _answers(profile="branch-2"), "setup", "--base-url", gateway.base_url)
    assert code == 0, shown
    assert "SANDBOX (test) · merchant 842217 · profile branch-2" in shown
    assert "Next: batchinvoice --profile branch-2 doctor" in shown
    assert bare("--profile", "branch-2", "doctor").returncode == 0
    planned = bare("plan", "a.xlsx", BATCHINVOICE_PROFILE="branch-2")
    assert "To carry it out: batchinvoice --profile branch-2 apply 2" in planned.stdout
    ran = bare("--profile", "branch-2", "run", "a.xlsx")
    assert ran.stdout.startswith("SANDBOX (test) · merchant 842217 · profile branch-2\n")
    assert len(gateway.truth()["invoices"]) == 1
    unknown = bare("--profile", "brunch", "run", "a.xlsx")
    assert (unknown.returncode, "Known are: branch-2." in unknown.stderr) == (3, True)


def test_the_profile_of_the_environment_is_the_one_that_is_set_up(bare: Tool) -> None:
    done = bare("setup", "--yes", "--no-test", BATCHINVOICE_PROFILE="branch-2", **SIX)
    assert (done.returncode, "profile branch-2" in done.stdout) == (0, True), done.stderr
    assert list(tomllib.loads(_file(bare).read_text("utf-8"))) == ["profiles"]
    assert list(tomllib.loads(_file(bare, "secrets.toml").read_text("utf-8"))) == ["profiles"]


def test_ctrl_c_stores_nothing(bare: Tool) -> None:
    code, shown = conversation(bare, [("Profile", ""), ("Environment", "\x03")], "setup")
    assert (code, "Stopped. Nothing was stored." in shown) == (3, True), shown
    assert not _file(bare).exists()
