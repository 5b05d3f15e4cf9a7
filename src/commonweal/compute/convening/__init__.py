"""What a table finds out together about where it stands, computed from what its seats say."""
