"""What outlives a restart: staff, cases and the record of what was done (SQL)."""
