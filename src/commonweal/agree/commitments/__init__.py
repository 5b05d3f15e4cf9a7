"""What organisations volunteer, in their own words, and what became of it."""
