"""What composes all rooms: home, due dates, the demo partnership."""
