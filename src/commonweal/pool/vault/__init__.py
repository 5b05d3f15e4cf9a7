"""The vault: the only code that touches keys, and the only way to a person-level row."""
