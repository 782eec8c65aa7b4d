"""How a trained network holds its memory: slow points, cycles, lifetimes, and a sentence."""
