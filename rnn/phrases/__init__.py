"""Clocked sequences: one network holds many phrases, each with a readout of its own."""
