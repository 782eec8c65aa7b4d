"""A reservoir that is trained for the phrases it is to remember."""
