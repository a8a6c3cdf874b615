"""The desk: the pages where those who look after the rooms do so."""
