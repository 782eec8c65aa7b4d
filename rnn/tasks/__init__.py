"""What a trainable network is asked to do: trials of inputs, targets and right answers."""

from rnn.tasks.delay_match import CONDITIONS, DelayMatch, Trials, draw_trials

__all__ = ["CONDITIONS", "DelayMatch", "Trials", "draw_trials"]
