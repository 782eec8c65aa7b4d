"""What play and live show and do while they sound: a deck, a screen, typed commands."""
