"""What is on the wire, as pydantic models.

Every field that some server omits is optional, unknown fields are kept, and values of a state pass through untouched
(`Any`). Fields that come in several shapes (interrupts, errors, times) stay raw here; `convert` reads them.
"""

from __future__ import annotations

import os
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from tui.backends.agent_server.failures import Asked
from tui.backends.errors import BadAnswer
from tui.domain.checkpoint import JSON
from tui.domain.safe_text import one_line

# Plugins of pydantic would see what servers send; to look for them takes longer than to read the first answers.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")


class Wire(BaseModel):
    """Base of all models."""

    # Each is built when it is first used: no start pays for those that it does not need.
    model_config = ConfigDict(extra="allow", frozen=True, protected_namespaces=(), defer_build=True)


class CheckpointId(Wire):
    """A checkpoint's name. Some answers lack the namespace, subgraph tasks lack the id."""

    checkpoint_id: str | None = None
    checkpoint_ns: str | None = None
    checkpoint_map: dict[str, str] | None = None
    thread_id: str | None = None


class Task(Wire):
    """A task that leaves a checkpoint. `error` is text, JSON text or an object; `state` only with subgraphs."""

    id: str = ""
    name: str = ""
    path: list[Any] | None = None
    error: Any = None
    interrupts: Any = None
    checkpoint: CheckpointId | None = None
    state: Any = None
    result: Any = None


class ThreadState(Wire):
    """A row of history, or the state at a checkpoint."""

    values: Any = None
    next: list[str] | None = None
    tasks: list[Task] | None = None
    metadata: dict[str, Any] | None = None
    created_at: Any = None
    checkpoint: CheckpointId | None = None
    parent_checkpoint: CheckpointId | None = None
    interrupts: Any = None
    checkpoint_id: str | None = None
    parent_checkpoint_id: str | None = None


class Thread(Wire):
    """A thread. `values` may be absent, null, or large; `error` an object, base64 JSON, or text."""

    thread_id: str
    status: str | None = None
    created_at: Any = None
    updated_at: Any = None
    metadata: dict[str, Any] | None = None
    config: dict[str, Any] | None = None
    values: Any = None
    error: Any = None
    interrupts: Any = None
    extracted: dict[str, Any] | None = None


class Run(Wire):
    """A run. `kwargs` is absent on some servers, which have `config` and `context` beside it."""

    run_id: str
    thread_id: str | None = None
    assistant_id: str | None = None
    status: str | None = None
    created_at: Any = None
    updated_at: Any = None
    metadata: dict[str, Any] | None = None
    kwargs: dict[str, Any] | None = None
    multitask_strategy: str | None = None


class Assistant(Wire):
    """An assistant."""

    assistant_id: str
    graph_id: str = ""
    name: str | None = None
    config: dict[str, Any] | None = None
    context: dict[str, Any] | None = None
    metadata: dict[str, Any] | None = None


class Info(Wire):
    """The answer of /info: who the server is. Old ones have only `flags`."""

    version: str | None = None
    langgraph_py_version: str | None = None
    langgraph_js_version: str | None = None
    name: str | None = None
    context: Any = None
    flags: dict[str, Any] | None = None


class Updated(Wire):
    """The answer to a state update: the name of the new checkpoint, in today's and in the legacy form."""

    checkpoint: CheckpointId | None = None
    configurable: CheckpointId | None = None
    checkpoint_id: str | None = None


Model = TypeVar("Model", bound=Wire)


def read(model: type[Model], value: JSON, asked: Asked) -> Model:
    """One object of an answer.

    Raises:
        BadAnswer: it does not have the shape; the message names the field.
    """
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise BadAnswer(
            f"{asked.address} answered {asked} in a shape that is not a {model.__name__}: {problem(error)}.",
            hint="Is this an Agent Server, and of a version that Forkpoint knows?",
        ) from None


def read_list(value: JSON, asked: Asked) -> list[JSON]:
    """An answer that must be a list.

    Raises:
        BadAnswer: it is not.
    """
    if isinstance(value, list):
        return value
    raise BadAnswer(
        f"{asked.address} answered {asked} with {type(value).__name__} instead of a list.",
        hint="Is this an Agent Server?",
    )


def problem(error: ValidationError) -> str:
    """The first thing that is wrong, in a few words: where, and why. Never the value itself."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    return one_line(f"{place}: {first['msg']}" if place else first["msg"], 200)
