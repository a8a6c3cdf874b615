"""How things are written: look-alikes, figures for letters, gaps, stretches; pure."""
