"""Forms of this part of the room."""
