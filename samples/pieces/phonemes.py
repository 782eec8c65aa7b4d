"""Speech sounds as settings of a formant synthesiser, for a tenor voice.

The upper formants of the vowels are drawn together near 3 kHz, as trained singers do to be heard.
Vowel values follow the tenor tables that circulate with Csound, rounded; those of the consonants
follow D. Klatt, "Software for a cascade/parallel formant synthesizer", JASA 67 (1980).
"""

from typing import NamedTuple

ORAL_ZERO_HZ = 270.0  # here the nasal zero cancels the nasal pole


class Phoneme(NamedTuple):
    """One speech sound."""

    formants_hz: tuple[float, float, float, float, float]
    duration_s: float = 0.0  # consonants only; vowels last as long as their note
    voicing: float = 1.0  # share of the full glottal tone
    aspiration: float = 0.0  # breath through the vocal tract
    frication: float = 0.0  # noise made at the teeth or the palate
    band_hz: tuple[float, float] = (1000.0, 8000.0)  # where that noise lies
    nasal_zero_hz: float = ORAL_ZERO_HZ


_ALVEOLAR = (320.0, 1700.0, 2600.0, 3100.0, 3500.0)  # tongue behind the teeth
_VELAR = (280.0, 1900.0, 2350.0, 3100.0, 3500.0)  # tongue at the back of the palate
_NEUTRAL = (520.0, 1250.0, 2550.0, 2950.0, 3350.0)

PHONEMES = {
    # vowels
    "@": Phoneme((540.0, 1180.0, 2500.0, 2850.0, 3250.0)),
    "a": Phoneme((680.0, 1120.0, 2600.0, 2900.0, 3250.0)),
    "e": Phoneme((440.0, 1780.0, 2550.0, 3000.0, 3450.0)),
    "I": Phoneme((370.0, 1880.0, 2600.0, 3050.0, 3450.0)),
    "i": Phoneme((300.0, 2050.0, 2750.0, 3200.0, 3540.0)),
    "U": Phoneme((390.0, 800.0, 2500.0, 2850.0, 3300.0)),
    # voiced consonants
    "m": Phoneme((280.0, 1100.0, 2150.0, 2900.0, 3400.0), 0.11, voicing=0.42, nasal_zero_hz=420),
    "n": Phoneme((280.0, 1600.0, 2500.0, 3000.0, 3500.0), 0.20, voicing=0.40, nasal_zero_hz=480),
    "N": Phoneme((280.0, 1900.0, 2400.0, 3000.0, 3500.0), 0.13, voicing=0.42, nasal_zero_hz=520),
    "r": Phoneme((330.0, 1100.0, 1550.0, 2800.0, 3400.0), 0.10, voicing=0.6),
    "w": Phoneme((300.0, 640.0, 2200.0, 2800.0, 3300.0), 0.10, voicing=0.55),
    "D": Phoneme((300.0, 1350.0, 2500.0, 3000.0, 3400.0), 0.08, 0.4, 0.03, 0.05, (3000.0, 9000.0)),
    "z": Phoneme(_ALVEOLAR, 0.12, 0.3, 0.02, 0.16, (4500.0, 11000.0)),
    "g-": Phoneme(_VELAR, 0.07, voicing=0.10),  # the closure: voice heard through the throat
    "g": Phoneme(_VELAR, 0.025, 0.25, 0.15, 0.30, (1500.0, 3200.0)),
    "d-": Phoneme(_ALVEOLAR, 0.06, voicing=0.10),
    "d": Phoneme(_ALVEOLAR, 0.03, 0.10, 0.10, 0.16, (2500.0, 7000.0)),
    # voiceless consonants
    "h": Phoneme((620.0, 1150.0, 2550.0, 2900.0, 3250.0), 0.11, voicing=0.0, aspiration=0.55),
    "s": Phoneme(_ALVEOLAR, 0.14, 0.0, 0.02, 0.30, (4800.0, 12000.0)),
    "t-": Phoneme(_ALVEOLAR, 0.07, voicing=0.0),
    "t": Phoneme(_ALVEOLAR, 0.045, 0.0, 0.15, 0.32, (3200.0, 9000.0)),
    # no sound, and the breath before the phrase
    "rest": Phoneme(_NEUTRAL, voicing=0.0),
    "breath": Phoneme((700.0, 1500.0, 2600.0, 3200.0, 3800.0), 0.5, voicing=0.0, aspiration=0.12),
}
