"""What a convener computes from the table, the map of the problem and the group's answers."""
