"""The settings: their names, forms and defaults. Loaded from where they stand: loading.py."""

from __future__ import annotations

import re
from contextlib import suppress
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

import platformdirs
from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from batchinvoice.calling import tool
from batchinvoice.events import Event
from batchinvoice.invoices.choices import payment_types
from batchinvoice.invoices.invoice import Delivery, SmsMode
from batchinvoice.invoices.issue import Problem
from batchinvoice.invoices.rules import DateOrder
from batchinvoice.places import CREDENTIALS, SettingsError

__all__ = ["CREDENTIALS", "Environment", "Settings", "SettingsError"]

_SLOWEST = 0.1  # calls per second: slower, and the lease of a shared ledger could run out between two of them


class LogLevel(StrEnum):
    """What the log's file keeps: at `debug` a line for each row and each call, too."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"


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

    profile: str = ""  # not a setting of a file: it says which settings are meant
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
    concurrency: int = Field(32, alias="BATCHINVOICE_CONCURRENCY", ge=1, le=128)
    max_rate: float = Field(0.0, alias="BATCHINVOICE_MAX_RATE", ge=0, le=10_000)
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
    log_level: LogLevel = Field(LogLevel.INFO, alias="BATCHINVOICE_LOG_LEVEL")
    amount_min: Decimal = Field(Decimal("0.001"), alias="BATCHINVOICE_AMOUNT_MIN", gt=0)
    amount_max: Decimal = Field(Decimal("100000.000"), alias="BATCHINVOICE_AMOUNT_MAX", gt=0)
    notify: SecretStr = Field(SecretStr(""), alias="BATCHINVOICE_NOTIFY")
    notify_on: str = Field(",".join(Event), alias="BATCHINVOICE_NOTIFY_ON")
    notify_attach: bool = Field(True, alias="BATCHINVOICE_NOTIFY_ATTACH")

    @field_validator("home", "report_dir")
    @classmethod
    def _own_folder(cls, value: Path) -> Path:
        """`~` is the user's own folder, as in a terminal."""
        with suppress(RuntimeError):  # whose it is, the system does not say
            return value.expanduser()
        return value

    @field_validator("home")
    @classmethod
    def _one_home(cls, value: Path) -> Path:
        """One ledger, from whichever folder the tool is started."""
        if not value.is_absolute():
            raise ValueError(
                "it must be a whole path, as d:/ledger or /srv/ledger; else each folder from which you start would "
                "have a ledger of its own, and invoices could be made twice"
            )
        return value

    @field_validator("max_rate")
    @classmethod
    def _some_rate(cls, value: float) -> float:
        if 0 < value < _SLOWEST:
            raise ValueError(f"it must be 0 (no bound) or at least {_SLOWEST} calls per second")
        return value

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

    @model_validator(mode="after")
    def _address_of_the_environment(self) -> Self:
        """No real invoice goes out as a test, nor a test as a real one: the address must not be the other gateway's."""
        host = _host(self.base_url)
        for environment, url in BASE_URLS.items():
            if environment is not self.environment and host == _host(url):
                raise ValueError(
                    f"BATCHINVOICE_BASE_URL is the {environment} gateway ({host}), and BATCHINVOICE_ENVIRONMENT says "
                    f"{self.environment}. Set BATCHINVOICE_ENVIRONMENT to {environment} if that is meant, "
                    "or take BATCHINVOICE_BASE_URL out"
                )
        return self

    @property
    def command(self) -> str:
        """How the tool is called with these settings, for hints."""
        return tool(self.profile)

    @property
    def mark(self) -> str:
        """What every screen says: which gateway is meant, whose merchant, by which profile."""
        where = "LIVE" if self.environment is Environment.LIVE else "SANDBOX (test)"
        parts = (
            where,
            self.merchant_code and f"merchant {self.merchant_code}",
            self.profile and f"profile {self.profile}",
        )
        return " · ".join(filter(None, parts))

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 (interface)
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003 (interface)
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 (interface)
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 (interface)
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What was chosen among the places, and nothing else."""
        return (init_settings,)


def _words(value: str) -> list[str]:
    return value.replace(",", " ").lower().split()


def _host(url: str) -> str:
    try:
        return (urlsplit(url.strip()).hostname or "").rstrip(".")
    except ValueError:
        return ""  # no address at all, which is said where it is used
