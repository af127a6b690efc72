"""MiniStack 1.5.33 started with what it lacks: `python -m sandbox.emulator`."""
