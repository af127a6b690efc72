"""Pure functions from plain data to text."""
