"""Secrets from the environment and from the keyring: by reference only, and clear when there is none."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import keyring
import keyring.backend
import keyring.errors
import pytest

from tui.config import Config, ConfigError, Connection, Profile, resolve_connection

PROFILE = Profile("prod", "https://h", api_key="keyring:forkpoint/prod", headers={"A": "keyring:team/service/me"})
ONLY = Config({"prod": PROFILE})


class Kept(keyring.backend.KeyringBackend):  # type: ignore[misc]  # the checker does not look into an extra
    """A keyring in memory."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()
        self.entries = {("forkpoint", "prod"): "the-key", ("team/service", "me"): "the-header"}
        self.error: Exception | None = None

    def get_password(self, service: str, username: str) -> str | None:
        if self.error is not None:
            raise self.error
        return self.entries.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.entries[service, username] = password


@pytest.fixture
def kept() -> Iterator[Kept]:
    before, mine = keyring.get_keyring(), Kept()
    keyring.set_keyring(mine)
    yield mine
    keyring.set_keyring(before)


def connect(**options: object) -> Connection:
    return resolve_connection(ONLY, profile="prod", environ={}, **options)  # type: ignore[arg-type]


@pytest.mark.usefixtures("kept")
def test_keys_and_headers_come_from_the_keyring() -> None:
    connection = connect()
    assert (connection.api_key, connection.headers) == ("the-key", {"A": "the-header"})
    assert "the-key" not in repr(connection)


def test_an_option_may_name_the_keyring_too(kept: Kept) -> None:
    kept.entries["x", "y"] = "option"
    assert connect(headers=["B=keyring:x/y"]).headers["B"] == "option"


def test_what_is_not_there_says_how_to_put_it_there(kept: Kept) -> None:
    kept.entries.clear()
    with pytest.raises(ConfigError, match="keyring set forkpoint prod"):
        connect()


@pytest.mark.parametrize("error", [keyring.errors.NoKeyringError("the-key"), keyring.errors.KeyringLocked("the-key")])
def test_a_keyring_that_does_not_work_says_so_and_quotes_nothing(kept: Kept, error: Exception) -> None:
    kept.error = error
    with pytest.raises(ConfigError, match="Is it unlocked") as raised:
        connect()
    assert "the-key" not in str(raised.value)


def test_without_the_extra_it_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(ConfigError, match=r"pip install 'forkpoint\[keyring\]'"):
        connect()


@pytest.mark.parametrize("reference", ["secret", "keyring:", "keyring:a", "keyring:/b", "keyring:a/", "env:", "file:x"])
def test_what_is_no_reference_is_refused_and_not_repeated(reference: str) -> None:
    with pytest.raises(ConfigError, match="must be a reference") as raised:
        connect(headers=[f"A={reference}"])
    assert reference not in str(raised.value).replace("no secret stands", "") or reference in ("keyring:", "env:")
