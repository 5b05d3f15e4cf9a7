"""What changed between two texts, as a lawyer marks it: kept, struck out, added."""
