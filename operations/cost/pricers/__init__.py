"""How resources are billed, one part of AWS a module; `catalogue` has them all, and what costs nothing."""
