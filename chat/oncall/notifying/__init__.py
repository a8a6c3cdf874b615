"""How an alert leaves the house: Web Push, mail, and the operator's webhook."""
