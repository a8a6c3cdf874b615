"""The rules of the house, one file per concern; pure, and linear in the text."""
