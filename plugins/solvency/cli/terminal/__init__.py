"""What a command shows on a terminal, and how it ends."""
