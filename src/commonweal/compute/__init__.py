"""Pure computations: importable from a notebook, no Django, no clock, no input or output but what is passed in."""
