"""Machine code of compiled functions: made by numba once, kept, and run without it."""
