"""Casework: what cases are made of, behind `cases.py`."""
