"""From a field back to sound: peaks are moved, noise stays noise, attacks stay sharp."""
