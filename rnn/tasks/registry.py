"""Tasks by name: those that ship, and a user's own where they are given."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rnn.tasks.delay_match import DelayMatch
from rnn.tasks.task import Task

TASKS: Mapping[str, type[Task]] = {DelayMatch.name: DelayMatch}
UNNAMED = DelayMatch.name  # what a description without a name is of: there was no other task once


def describe_task(task: Task) -> dict[str, Any]:
    """A task for a file: its name, and what it says of itself."""
    return {"name": task.name, **task.describe()}


def task_from(description: Mapping[str, Any], own: Iterable[type[Task]] = ()) -> Task:
    """The task of a description; nothing that it names is imported.

    Args:
        description: as :func:`describe_task` made it.
        own: a user's classes, beside those that ship.

    Raises:
        ValueError: if it is of none of these tasks, or no description of the one it names.
    """
    known = dict(TASKS)
    for one in own:
        if known.setdefault(one.name, one) is not one:
            raise ValueError(f"there are two tasks of the name {one.name!r}: call yours otherwise.")
    told = {key: value for key, value in description.items() if key != "name"}
    name = description.get("name", UNNAMED)
    if not isinstance(name, str) or name not in known:
        raise ValueError(
            f"the task {name!r} is none of {', '.join(sorted(known))}: is it your own? "
            "Then give its class"
        )
    return known[name].from_description(told)
