"""All drills, in the order in which they run."""

from collections.abc import Sequence

from operations.errors import ExitCode, OperationError
from sandbox.drills.connections import ConnectionAcrossDrain, SlowRequestsInFlight
from sandbox.drills.drill import Drill
from sandbox.drills.notifications import ReceiverDown
from sandbox.drills.outages import ApiInTrouble, EngineStopped, TaskKilled, ZoneLost
from sandbox.drills.regressions import (
    CrashAfterServing,
    CrashWhileBaking,
    ErrorRegression,
    LatencyRegression,
    OutOfMemory,
)
from sandbox.drills.releases import (
    CrashAtStart,
    GoodRelease,
    HealthPathFailing,
    TagMissing,
    WrongArchitecture,
)
from sandbox.drills.rollbacks import CancelledRelease, RacingReleases, RollbackOfFinishedRelease, RollbackTargetGone
from sandbox.drills.secrets import SecretMissing
from sandbox.drills.settings import BadSetting
from sandbox.drills.slow_starts import SlowStartBeyond, SlowStartInside

DRILLS: tuple[type[Drill], ...] = (
    GoodRelease,
    TagMissing,
    WrongArchitecture,
    CrashAtStart,
    CrashAfterServing,
    CrashWhileBaking,
    HealthPathFailing,
    SlowStartInside,
    SlowStartBeyond,
    OutOfMemory,
    SecretMissing,
    BadSetting,
    LatencyRegression,
    ErrorRegression,
    TaskKilled,
    ZoneLost,
    RollbackOfFinishedRelease,
    RollbackTargetGone,
    CancelledRelease,
    RacingReleases,
    EngineStopped,
    ApiInTrouble,
    ReceiverDown,
    SlowRequestsInFlight,
    ConnectionAcrossDrain,
)


def chosen(names: Sequence[str]) -> list[Drill]:
    """The drills of these names, in their order.

    Raises:
        OperationError: there is no drill of one of them; with the exit code of bad input.
    """
    known = {drill.name: drill for drill in DRILLS}
    for name in names:
        if name not in known:
            raise OperationError(
                f"there is no drill {name!r}: there are {', '.join(known)}",
                fix="Run slipway sandbox drill --list to see what each of them promises.",
                exit_code=ExitCode.BAD_INPUT,
            )
    return [known[name]() for name in names]
