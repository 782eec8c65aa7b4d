"""What is said of a result: a line for a person, and facts for one of JSON."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from cli.destination import Way
from cli.learning import Lesson
from cli.output import Reporter
from cli.shifting.level import lowered_db
from cli.shifting.settings import Settings

if TYPE_CHECKING:
    from ctxaudio.memory.knobs import Formants
    from ctxaudio.sound.source import SoundSource


class Story(NamedTuple):
    """What is known of a result before it has its level and its name."""

    before: str  # the time that it took
    after: str
    facts: dict[str, Any]


def story_of(
    song: SoundSource, made: SoundSource, way: Way, lesson: Lesson, settings: Settings
) -> Story:
    """What became of a song, at the rate at which it was made."""
    speed = "" if settings.speed == 1.0 else f"{settings.speed:g} times as fast, "
    return Story(
        f"{made.duration_s:.1f} s, {round(way.semitones, 3):+g} semitones"
        f"{way.words}, {speed}{_formant_words(settings.formants)}",
        lesson.words,
        {
            "semitones": way.semitones,
            **way.facts,
            "drums": settings.drums,
            "speed": settings.speed,
            **({} if settings.formants is None else {"formants": settings.formants}),
            "memory": settings.memory,
            "taught": list(lesson.effect.memory.contexts),
            "seed": None if settings.memory else settings.teaching.seed,
            "duration_s": round(song.duration_s, 6),
            "sample_rate": made.sample_rate,
            "channels": song.n_channels,
            "remembered": lesson.remembered,
            **lesson.facts,
        },
    )


def tell_result(
    name: str, target: Path | None, story: Story, divisor: float, reporter: Reporter
) -> None:
    """Say that a result is there, as loud as it was made or divided by ``divisor``."""
    where = "standard output" if target is None else str(target)
    reporter.done(
        f"wrote {where}: {story.before}in {sum(reporter.timings_s.values()):.1f} s; {story.after}",
        input=name,
        output=None if target is None else str(target),
        lowered_by_db=lowered_db(divisor),
        **story.facts,
    )


def _formant_words(formants: Formants) -> str:
    if formants is None:
        return ""
    return "formants kept, " if formants == "keep" else f"formants {formants:+g}, "
