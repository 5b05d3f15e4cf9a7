"""What the public reads, with the way back to where each number came from."""
