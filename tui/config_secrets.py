"""Where secrets come from: an environment variable or the system's keyring, named by a reference, never written down.

The keyring's library is an extra and is imported when a reference needs it, never before.
"""

from __future__ import annotations

from collections.abc import Mapping

from tui.config_values import ConfigError

_KEYRING = "keyring:"


def resolve_secret(what: str, reference: str, environ: Mapping[str, str]) -> str:
    """The secret behind `env:VARIABLE` or `keyring:SERVICE/USER`; `what` names its use in messages.

    Raises:
        ConfigError: there is no such secret, or no way to get at it.
    """
    if reference.startswith(_KEYRING):
        service, _, user = reference.removeprefix(_KEYRING).rpartition("/")
        return _from_keyring(what, service, user)
    variable = reference.removeprefix("env:")
    value = environ.get(variable)
    if value is None:
        raise ConfigError(f"{what} is taken from the variable {variable}, which is not set.")
    return value


def _from_keyring(what: str, service: str, user: str) -> str:
    try:
        import keyring  # noqa: PLC0415 - an extra, and slow to import
        from keyring.errors import KeyringError  # noqa: PLC0415
    except ImportError:
        raise ConfigError(
            f"{what} is in the keyring, which needs an extra: pip install 'forkpoint[keyring]'. "
            "An environment variable (env:VARIABLE) needs none."
        ) from None
    try:
        value: str | None = keyring.get_password(service, user)
    except (KeyringError, OSError, RuntimeError) as error:
        # Not the error's text: it is the backend's, and may quote what it was given.
        raise ConfigError(
            f"{what}: the keyring gave nothing for {service}/{user} ({type(error).__name__}). "
            "Is it unlocked? `keyring diagnose` tells which one is used."
        ) from None
    if not value:
        raise ConfigError(
            f"{what}: the keyring has nothing for {service}/{user}. Put it there: keyring set {service} {user}"
        )
    return value
