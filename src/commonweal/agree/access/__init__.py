"""Who can see what and why, what data was used for, and what a draft would change."""
