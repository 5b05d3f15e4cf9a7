"""Which kind of partnership it is: the answers, what they suggest, what was chosen and why."""
