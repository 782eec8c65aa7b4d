"""Published studies, run again: settings, runs, and their tables and figures as data."""
