"""What a run of the command loads."""

LOADED_MODULES = """
import sys
from operations.command import main
sys.argv = ["slipway", *sys.argv[1:]]
try:
    main()
finally:
    print(*sorted({name.partition(".")[0] for name in sys.modules}), file=sys.stderr)
"""
"""A program: runs `slipway` with the words that it is given, and ends with the loaded packages on stderr."""
