"""The example partnership’s cast, contracts and indicators."""
