"""A night on call: somebody needs to talk, again and again, while things break."""
