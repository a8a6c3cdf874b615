"""Signing in: how the room team prove who they are, and until when that holds."""
