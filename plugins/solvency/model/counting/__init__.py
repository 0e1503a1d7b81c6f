"""What was counted, what was found of it, and what is untraced."""
