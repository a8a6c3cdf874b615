"""Getting a human to come: whom to call about a need, and who is there when."""
