"""Views of this part of the room."""
