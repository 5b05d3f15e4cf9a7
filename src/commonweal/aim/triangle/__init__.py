"""The Strategic Triangle: five tasks with their evidence, and what every seat says of them."""
