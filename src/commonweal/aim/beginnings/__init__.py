"""Where to begin: entry points that the table proposes and rates, and what came of the chosen one."""
