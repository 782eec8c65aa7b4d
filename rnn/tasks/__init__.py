"""What a trainable network is asked to do: trials of inputs, targets and right answers."""

from rnn.tasks.delay_match import DelayMatch
from rnn.tasks.registry import TASKS, describe_task, task_from
from rnn.tasks.task import ForkedTrials, Memory, Stretch, Task, Trials

__all__ = [
    "TASKS",
    "DelayMatch",
    "ForkedTrials",
    "Memory",
    "Stretch",
    "Task",
    "Trials",
    "describe_task",
    "task_from",
]
