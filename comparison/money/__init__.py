"""What a node earns in a calendar month: what is known of it, best first, and the statement that follows from it."""
