"""The gallery's pictures, drawn again by the scripts in ``examples/``: ``python docs/draw.py``."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

import matplotlib
import matplotlib.pyplot as plt
from PIL import Image

ROOT = Path(__file__).parents[1]
PICTURES = ROOT / "docs/pictures"
N_COLOURS = 128  # as many as these pictures need


def draw(example: Path, picture: Path) -> None:
    """Run an example as a user does."""
    matplotlib.use("Agg")  # a file is written, no screen is needed
    plt.close("all")
    before, sys.argv = sys.argv, [str(example), str(picture)]
    try:
        runpy.run_path(str(example), run_name="__main__")
    finally:
        sys.argv = before


def main() -> None:
    """Draw all, each as small a file as it can be."""
    PICTURES.mkdir(exist_ok=True)
    for example in sorted((ROOT / "examples").glob("*.py")):
        picture = PICTURES / f"{example.stem}.png"
        draw(example, picture)
        with Image.open(picture) as drawn:
            small = drawn.convert("RGB").quantize(N_COLOURS)
        small.save(picture, optimize=True)
        print(f"{picture.relative_to(ROOT)}: {picture.stat().st_size // 1024} KiB")


if __name__ == "__main__":
    main()
