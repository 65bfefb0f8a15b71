"""Empty on purpose: see setup.py."""
