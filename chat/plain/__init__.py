"""The plain talk: all that somebody who needs to talk can do without any script."""
