"""How a release takes the place of the one before it, and what undoes it."""
