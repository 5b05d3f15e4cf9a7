"""How the table grew: who joined, who left and why."""
