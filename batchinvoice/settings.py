"""Settings: flag, then environment, then batchinvoice.toml (working folder, user's folder), then the OS keyring."""

from __future__ import annotations

import re
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal

import platformdirs
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from batchinvoice.events import Event
from batchinvoice.invoices.choices import payment_types
from batchinvoice.invoices.invoice import Delivery, SmsMode
from batchinvoice.invoices.issue import Problem
from batchinvoice.invoices.rules import DateOrder

FILE_NAME = "batchinvoice.toml"
KEYRING_SERVICE = "batchinvoice"
CREDENTIALS = (
    "HESABE_MERCHANT_CODE",
    "HESABE_ACCESS_CODE",
    "HESABE_SECRET_KEY",
    "HESABE_IV_KEY",
    "HESABE_USERNAME",
    "HESABE_PASSWORD",
)
# Kept in the keyring, too, where the credentials are.
_NOTIFY = "BATCHINVOICE_NOTIFY"


class SettingsError(Exception):
    """A setting is missing or cannot be used. The message names it and says what to do; nothing was sent."""


class Environment(StrEnum):
    """Which gateway: invoices of the sandbox are play money."""

    SANDBOX = "sandbox"
    LIVE = "live"


# Seed 000 for the sandbox; the live address is from an older public page.
BASE_URLS = {
    Environment.SANDBOX: "https://merchantapisandbox.hesabe.com",
    Environment.LIVE: "https://merchantapi.hesabe.com",
}


class Settings(BaseSettings):
    """One name for each setting, the same as an environment variable and in batchinvoice.toml.

    Times in seconds, amounts in KWD. Secrets show in no repr.
    """

    model_config = SettingsConfigDict(
        extra="forbid", case_sensitive=False, frozen=True, hide_input_in_errors=True, env_ignore_empty=True
    )

    merchant_code: str = Field("", alias="HESABE_MERCHANT_CODE")
    access_code: SecretStr = Field(SecretStr(""), alias="HESABE_ACCESS_CODE")
    secret_key: SecretStr = Field(SecretStr(""), alias="HESABE_SECRET_KEY")
    iv_key: SecretStr = Field(SecretStr(""), alias="HESABE_IV_KEY")
    username: SecretStr = Field(SecretStr(""), alias="HESABE_USERNAME")
    password: SecretStr = Field(SecretStr(""), alias="HESABE_PASSWORD")
    environment: Environment = Field(Environment.SANDBOX, alias="BATCHINVOICE_ENVIRONMENT")
    base_url: str = Field("", alias="BATCHINVOICE_BASE_URL")
    home: Path = Field(
        default_factory=lambda: Path(platformdirs.user_data_dir("batchinvoice", False)), alias="BATCHINVOICE_HOME"
    )
    ledger_url: SecretStr = Field(SecretStr(""), alias="BATCHINVOICE_LEDGER_URL")
    report_dir: Path = Field(Path("reports"), alias="BATCHINVOICE_REPORT_DIR")
    concurrency: int = Field(8, alias="BATCHINVOICE_CONCURRENCY", ge=1, le=128)
    timeout: float = Field(30.0, alias="BATCHINVOICE_TIMEOUT", gt=0, le=600)
    sms_mode: SmsMode = Field(SmsMode.BULK, alias="BATCHINVOICE_SMS_MODE")
    sms_chunk: int = Field(100, alias="BATCHINVOICE_SMS_CHUNK", ge=1, le=10_000)
    settle_seconds: float = Field(120.0, alias="BATCHINVOICE_SETTLE_SECONDS", ge=0, le=3600)
    country_code: str = Field("965", alias="BATCHINVOICE_COUNTRY_CODE", pattern=r"^[1-9]\d{0,2}$")
    expiry_days: int = Field(30, alias="BATCHINVOICE_EXPIRY_DAYS", ge=1, le=1825)
    payment_methods: str = Field("1,2", alias="BATCHINVOICE_PAYMENT_METHODS")
    delivery: Delivery = Field(Delivery.SMS, alias="BATCHINVOICE_DELIVERY")
    country_code_form: Literal["+965", "965"] = Field("+965", alias="BATCHINVOICE_COUNTRY_CODE_FORM")
    pay_type_form: Literal["list", "text"] = Field("list", alias="BATCHINVOICE_PAY_TYPE_FORM")
    look_up_types: str = Field("1", alias="BATCHINVOICE_LOOK_UP_TYPES", pattern=r"^[01](,[01])*$")
    date_order: DateOrder | None = Field(None, alias="BATCHINVOICE_DATE_ORDER")
    decimal_mark: Literal[".", ","] | None = Field(None, alias="BATCHINVOICE_DECIMAL_MARK")
    nothing_found: str = Field("", alias="BATCHINVOICE_NOTHING_FOUND")
    amount_min: Decimal = Field(Decimal("0.001"), alias="BATCHINVOICE_AMOUNT_MIN", gt=0)
    amount_max: Decimal = Field(Decimal("100000.000"), alias="BATCHINVOICE_AMOUNT_MAX", gt=0)
    notify: SecretStr = Field(SecretStr(""), alias="BATCHINVOICE_NOTIFY")
    notify_on: str = Field(",".join(Event), alias="BATCHINVOICE_NOTIFY_ON")
    notify_attach: bool = Field(True, alias="BATCHINVOICE_NOTIFY_ATTACH")

    @field_validator("payment_methods")
    @classmethod
    def _known_methods(cls, value: str) -> str:
        if isinstance(found := payment_types(value, ()), Problem) or not found:
            raise ValueError("it must be numbers of payment methods with commas between, as 1,2")
        return value

    @field_validator("notify", "notify_on", mode="before")
    @classmethod
    def _lines(cls, value: object) -> object:
        """A list, as a settings file may have it, one entry a line."""
        return "\n".join(map(str, value)) if isinstance(value, list | tuple) else value

    @field_validator("notify_on")
    @classmethod
    def _known_events(cls, value: str) -> str:
        if not _words(value) or not set(_words(value)) <= set(Event):
            raise ValueError(f"it must be some of {', '.join(Event)}, with commas between")
        return value

    @property
    def notify_urls(self) -> tuple[str, ...]:
        """Where notices go, one URL for each channel: between two stands a space, a line's end, or a comma.

        A comma within a URL stays in it: only one before a space or the next URL's `scheme://` parts two.
        """
        plain = self.notify.get_secret_value()
        return tuple(filter(None, (url.strip(",;") for url in re.split(r"\s+|[,;](?=[A-Za-z][\w+.-]*://)", plain))))

    @property
    def notify_events(self) -> frozenset[Event]:
        """What notices are sent about."""
        return frozenset(map(Event, _words(self.notify_on)))

    @property
    def payment_types(self) -> tuple[int, ...]:
        """The payment methods of a row that names none, by the gateway's numbers."""
        found = payment_types(self.payment_methods, ())
        return () if isinstance(found, Problem) else found

    @property
    def gateway_url(self) -> str:
        """The gateway's address: as set, else that of the environment."""
        return self.base_url or BASE_URLS[self.environment]

    def missing(self) -> list[str]:
        """Names of the credentials that are not set."""
        values = (self.merchant_code, self.access_code, self.secret_key, self.iv_key, self.username, self.password)
        plain = (value.get_secret_value() if isinstance(value, SecretStr) else value for value in values)
        return [name for name, value in zip(CREDENTIALS, plain, strict=True) if not value.strip()]

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 (interface)
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 (interface)
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The order in which a setting is looked for."""
        return (
            init_settings,
            env_settings,
            TomlConfigSettingsSource(settings_cls, Path(FILE_NAME)),
            TomlConfigSettingsSource(settings_cls, user_file()),
            _Keyring(settings_cls),
        )


class _Keyring(PydanticBaseSettingsSource):
    """The OS keyring, asked for each credential that no other place gave; if it is asked at all, for _NOTIFY, too."""

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:  # noqa: ARG002 (interface)
        return None, field_name, False

    def __call__(self) -> dict[str, Any]:
        wanted = [name for name in CREDENTIALS if name not in self.current_state]
        if not wanted:
            return {}
        if _NOTIFY not in self.current_state:
            wanted.append(_NOTIFY)
        # Imported here: it looks for the system's keyrings, which takes time.
        import keyring
        from keyring.errors import KeyringError

        found = {}
        try:
            for name in wanted:
                if value := keyring.get_password(KEYRING_SERVICE, name):
                    found[name] = value
        except (KeyringError, RuntimeError, OSError):
            return found  # no keyring on this machine, or a locked one: the setting is then reported as missing
        return found


def user_file() -> Path:
    """The settings file in the user's configuration folder."""
    return Path(platformdirs.user_config_dir("batchinvoice", False)) / FILE_NAME


def load(**flags: Any) -> Settings:
    """The settings; `flags` are given by setting name and win. Raises SettingsError in plain words."""
    try:
        return Settings(**{name: value for name, value in flags.items() if value is not None})
    except ValidationError as error:
        said = [
            f"{'.'.join(map(str, e['loc']))}: {_plain(e)}" for e in error.errors(include_input=False, include_url=False)
        ]
        raise SettingsError(
            f"Settings that cannot be used: {'; '.join(said)}. They come from the environment or {FILE_NAME}."
        ) from None
    except (ValueError, OSError) as error:
        raise SettingsError(
            f"{FILE_NAME} cannot be read ({type(error).__name__}). Check it, here and in {user_file().parent}."
        ) from None


def _words(value: str) -> list[str]:
    return value.replace(",", " ").lower().split()


def _plain(error: Any) -> str:
    if error["type"] == "extra_forbidden":
        return "no such setting (check the spelling)"
    return str(error["msg"]).removeprefix("Value error, ").lower()
