"""How networks are saved, and how a file appears: whole, checked, and never over another."""
