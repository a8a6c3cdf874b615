"""The steps, each of them frozen once it was released."""
