"""How a run was set up, read back from the run: what a replay must repeat to be one.

A server keeps the whole set-up in the run's `kwargs`, mixed with what it added itself. Official Python servers moreover
keep `context` and `config.configurable` the same: whichever the caller sent is copied to the other, and a request that
sends both is refused. So of their runs only one of the two is repeated:

- `configurable`, whenever it holds all that the context holds. For a run that was started with a context this is the
  same run: it then holds exactly the context's keys, and the server copies them back.
- `context`, when it holds more: the server dropped those keys from `configurable`, which it does only for runs that
  were started with a context. (While such a run waits or executes, a mark in `configurable` says so.)

Those before langgraph 1.0 copied `configurable` to the context after they had added their own to it; such a context
tells nothing more. Some also copied what is in `configurable` to the metadata of the run. Other servers keep both as
they were sent, and get both again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from tui.domain.checkpoint import JSON, Run
from tui.domain.json_values import same
from tui.domain.requests import RunSetup

_CONTEXT_MARK = "__context_provided__"
_MIRRORING_MARK = "__after_seconds__"
"""In `configurable` of every run of an official Python server."""

_SERVER_KEY = re.compile(r"__|langgraph_|langsmith-|checkpoint_|run_id$")
"""Names in `configurable` that the server sets for every run, or that say where in the thread it begins."""

_SHARED_KEY = re.compile(r"(?:thread|graph|assistant|cron|user)_id$|x-|user-agent$|authorization$|cookie$")
"""Names that the server sets as well (from the thread, the user, the request's headers), but that may be the caller's:
then the context has them too, since it is copied before the server adds its own."""

_SERVER_METADATA = re.compile(
    r"__|langgraph_|langsmith-|checkpoint_|x-|user-agent$|(?:thread|run|graph|assistant|cron|user)_id$"
    r"|created_by$|run_attempt$"
)

_NOT_SETUP = frozenset({"configurable", "metadata", "callbacks", "run_id"})


def run_setup(run: Run) -> RunSetup:
    """How to run again as `run` did: assistant, config (configurable, recursion_limit, tags …), context, breakpoints.

    What the server added is left out. So are webhook and feedback keys: a replay must not notify anyone.
    `known` is False where the server does not keep how a run was set up.
    """
    kept: Mapping[str, JSON] = run.kwargs or run.raw
    config = _object(kept.get("config"))
    found = _object(config.get("configurable"))
    context = _context(_object(kept.get("context")))
    configurable = _configurable(found, context)
    mirrored = _MIRRORING_MARK in found
    sent_context = found.get(_CONTEXT_MARK) is True or not _holds(configurable, context)
    setup: dict[str, JSON] = {key: value for key, value in config.items() if key not in _NOT_SETUP}
    if configurable and not (mirrored and sent_context):
        setup["configurable"] = configurable
    if metadata := _metadata(_object(config.get("metadata")), found):
        setup["metadata"] = metadata
    return RunSetup(
        assistant_id=run.assistant_id or "",
        config=setup,
        context=context if sent_context and context else None,
        interrupt_before=kept.get("interrupt_before"),
        interrupt_after=kept.get("interrupt_after"),
        known="config" in kept or "context" in kept,
        from_run=run.run_id,
    )


def without_server_keys(metadata: Mapping[str, JSON]) -> dict[str, JSON]:
    """Metadata of a run without what the server puts into that of every run."""
    return _metadata(metadata, {})


def _context(found: Mapping[str, JSON]) -> dict[str, JSON]:
    """The context, unless the server filled it with its own."""
    copied_late = any(key.startswith(("__", "langgraph_")) for key in found)
    return {} if copied_late else dict(found)


def _configurable(found: Mapping[str, JSON], context: Mapping[str, JSON]) -> dict[str, JSON]:
    kept = {key: value for key, value in found.items() if not _SERVER_KEY.match(key)}
    for key in [key for key in kept if _SHARED_KEY.match(key)]:
        of_caller = key in context and same(kept[key], context[key])
        if key == "user_id" and kept[key] and kept[key] != found.get("langgraph_auth_user_id"):
            of_caller = True
        if not of_caller:
            del kept[key]
    return kept


def _metadata(found: Mapping[str, JSON], configurable: Mapping[str, JSON]) -> dict[str, JSON]:
    return {
        key: value
        for key, value in found.items()
        if not _SERVER_METADATA.match(key) and not (key in configurable and same(configurable[key], value))
    }


def _holds(configurable: Mapping[str, JSON], context: Mapping[str, JSON]) -> bool:
    """Whether all that the caller may have put into the context is in `configurable` as well."""
    return all(
        _SERVER_KEY.match(key) or (key in configurable and same(configurable[key], value))
        for key, value in context.items()
    )


def _object(value: JSON) -> Mapping[str, JSON]:
    return value if isinstance(value, dict) else {}
