"""Porchlight: anonymous peer-support chat for people in recovery."""
