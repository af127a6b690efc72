"""The emulated AWS: started, filled with the real stacks, and stopped."""
