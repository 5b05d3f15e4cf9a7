"""The map of the problem: who has a part in it, what would move it, whom it affects, where it is."""
