"""What drives and what binds each partner, said to the convener, to the partners or in public."""
