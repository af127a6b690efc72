"""The scale of the clock that alarms and bake times go by; everything else keeps real seconds."""

import os

SCALE_VARIABLE = "SLIPWAY_SANDBOX_CLOCK_SCALE"
"""How many times faster the periods of alarms and the bake time of a deployment go by; 1 when unset.

At 30 a period of a minute is two seconds and a bake time of five minutes ten. What is measured keeps its real time, so
a period has a thirtieth of the requests: thresholds on numbers of requests have to be smaller in the same proportion.
"""

MOST = 60.0


def clock_scale() -> float:
    """Return the scale.

    Raises:
        ValueError: The environment variable is not a number from 1 to 60.
    """
    text = os.environ.get(SCALE_VARIABLE, "")
    try:
        scale = float(text) if text else 1.0
    except ValueError:
        scale = 0.0
    if not 1 <= scale <= MOST:
        raise ValueError(f"{SCALE_VARIABLE}={text}: a number from 1 to {MOST:.0f} is needed, such as 30.")
    return scale


def scaled(seconds: float) -> float:
    """Return how many real seconds a period of an alarm or a bake time takes."""
    return seconds / clock_scale()
