"""Back-propagation through time, by hand: in compiled loops, or stacked in torch."""
