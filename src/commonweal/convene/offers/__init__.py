"""What the table offers and needs, who could help whom, and the door for those outside."""
