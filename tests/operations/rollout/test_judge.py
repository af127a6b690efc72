"""What becomes of a release is judged from everything that was seen of it; a rolled-back one never succeeds."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operations.deployment.record import Rollback, Rollout, State
from operations.errors import ExitCode
from operations.rollout.judge import PATIENCE, RESTORED, SETTLED, Judgement, Observation, Verdict, judge
from tests.operations.rollouts import revision, rollout

UPDATING = "UPDATE_IN_PROGRESS"
ROLLING_BACK = "UPDATE_ROLLBACK_IN_PROGRESS"
BREAKER = "Service deployment rolled back because the circuit breaker threshold was exceeded."

FAILING = [state for state in State if state.failing]
STACKS: list[str] = [
    *("DELETED", "CREATE_COMPLETE", "CREATE_FAILED", "CREATE_IN_PROGRESS", "ROLLBACK_COMPLETE"),
    *(UPDATING, ROLLING_BACK, "UPDATE_COMPLETE", "UPDATE_ROLLBACK_FAILED", "UPDATE_FAILED", "REVIEW_IN_PROGRESS"),
    *sorted(RESTORED),
]


def states(*names: State, stack: str | None = None) -> list[Observation]:
    return [Observation(rollout(state), stack=stack) for state in names]


def restoring(state: State) -> Rollout:
    """A later rollout of what the judged one replaced."""
    return rollout(state, number=6, minute=9)


def observations(records: st.SearchStrategy[State]) -> st.SearchStrategy[list[Observation]]:
    looks = st.builds(
        Observation,
        rollout=st.one_of(st.none(), st.builds(rollout, records)),
        newer=st.one_of(st.none(), st.just(rollout(number=9, minute=5))),
        restored=st.one_of(st.none(), st.builds(restoring, records)),
        stack=st.sampled_from([None, *STACKS]),
        late=st.booleans(),
    )
    return st.lists(looks, max_size=12)


def prefixes(seen: list[Observation]) -> Iterable[list[Observation]]:
    return (seen[:length] for length in range(len(seen) + 1))


@given(observations(st.sampled_from(State)), st.sampled_from(FAILING), observations(st.sampled_from(State)), st.data())
def test_a_release_that_ecs_once_gave_up_is_never_a_success(
    before: list[Observation], failing: State, after: list[Observation], data: st.DataObject
) -> None:
    given_up = Observation(rollout(failing), stack=data.draw(st.sampled_from([None, *STACKS])))
    for later in prefixes(after):
        judgement = judge([*before, given_up, *later])
        assert judgement.verdict is not Verdict.SUCCEEDED
        assert judgement.verdict.value != ExitCode.SUCCEEDED


@given(observations(st.sampled_from(State)), st.sampled_from(sorted(set(STACKS) - SETTLED)))
def test_a_release_whose_stack_is_not_settled_is_never_a_success(before: list[Observation], stack: str) -> None:
    last = Observation(rollout(State.SUCCESSFUL), stack=stack)
    assert judge([*before, last]).verdict is not Verdict.SUCCEEDED


@given(observations(st.sampled_from(State)), st.sampled_from(State))
def test_a_release_is_no_success_once_what_it_replaced_is_rolled_out_again(
    before: list[Observation], state: State
) -> None:
    last = Observation(rollout(State.SUCCESSFUL), restored=restoring(state))
    assert judge([*before, last]).verdict is not Verdict.SUCCEEDED


@pytest.mark.parametrize(
    ("state", "verdict"),
    [
        (State.IN_PROGRESS, Verdict.IN_PROGRESS),
        (State.SUCCESSFUL, Verdict.ROLLED_BACK),
        (State.ROLLBACK_SUCCESSFUL, Verdict.FAILED),
    ],
)
def test_what_is_rolled_out_again_decides(state: State, verdict: Verdict) -> None:
    assert judge([Observation(rollout(State.STOPPED), restored=restoring(state))]).verdict is verdict


@given(observations(st.sampled_from(State)))
def test_success_needs_both_the_rollout_and_the_stack_at_the_last_look(seen: list[Observation]) -> None:
    if judge(seen).verdict is not Verdict.SUCCEEDED:
        return
    last = next(each.rollout for each in reversed(seen) if each.rollout)
    assert last.state is State.SUCCESSFUL
    assert seen[-1].stack is None or seen[-1].stack in SETTLED


@given(observations(st.sampled_from(State)))
def test_nothing_waits_for_ever(seen: list[Observation]) -> None:
    late = Observation(rollout=seen[-1].rollout if seen else None, late=True)
    assert judge([*seen, late]).verdict is not Verdict.IN_PROGRESS


@given(observations(st.sampled_from([State.PENDING, State.IN_PROGRESS])))
def test_a_release_under_way_is_not_called_a_success(seen: list[Observation]) -> None:
    assert judge(seen).verdict is not Verdict.SUCCEEDED


@pytest.mark.parametrize("stack", [None, "UPDATE_COMPLETE", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "CREATE_COMPLETE"])
def test_a_successful_rollout_of_a_settled_stack_is_a_success(stack: str | None) -> None:
    seen = states(State.PENDING, State.IN_PROGRESS, stack=UPDATING) + states(State.SUCCESSFUL, stack=stack)
    assert judge(seen) == Judgement(Verdict.SUCCEEDED)


def test_a_successful_rollout_waits_for_the_stack() -> None:
    assert judge(states(State.SUCCESSFUL, stack=UPDATING)).verdict is Verdict.IN_PROGRESS


def test_what_cloudformation_takes_back_after_a_successful_rollout_is_rolled_back() -> None:
    taken_back = states(State.SUCCESSFUL, stack="UPDATE_ROLLBACK_COMPLETE")
    assert judge(taken_back) == Judgement(Verdict.ROLLED_BACK, "CloudFormation put the stack back as it was")


def test_a_rollback_is_told_with_ecs_reason_when_the_stack_has_followed() -> None:
    rolled_back = rollout(State.ROLLBACK_SUCCESSFUL, rollback=Rollback(BREAKER, None, revision(6)))
    seen = [
        *states(State.IN_PROGRESS, State.ROLLBACK_REQUESTED, State.ROLLBACK_IN_PROGRESS, stack=UPDATING),
        Observation(rolled_back, stack=ROLLING_BACK),
    ]
    assert judge(seen).verdict is Verdict.IN_PROGRESS
    seen.append(Observation(rolled_back, stack="UPDATE_ROLLBACK_COMPLETE"))
    assert judge(seen) == Judgement(Verdict.ROLLED_BACK, BREAKER.rstrip("."))


def test_a_rollback_is_told_even_if_the_stack_calls_the_update_complete() -> None:
    seen = states(State.ROLLBACK_SUCCESSFUL, stack="UPDATE_COMPLETE")
    assert judge(seen).verdict is Verdict.ROLLED_BACK


@pytest.mark.parametrize("state", [State.ROLLBACK_FAILED, State.STOPPED])
def test_without_anything_put_back_the_release_has_failed(state: State) -> None:
    assert judge(states(state)).verdict is Verdict.FAILED
    assert judge(states(state, stack="ROLLBACK_COMPLETE")) == Judgement(
        Verdict.FAILED, "the stack is ROLLBACK_COMPLETE"
    )


@pytest.mark.parametrize("stack", ["UPDATE_ROLLBACK_FAILED", "UPDATE_FAILED", "DELETE_FAILED", "DELETED"])
@pytest.mark.parametrize("state", [State.SUCCESSFUL, State.IN_PROGRESS, State.ROLLBACK_SUCCESSFUL])
def test_a_stack_that_somebody_has_to_mend_is_a_failure(stack: str, state: State) -> None:
    assert judge(states(state, stack=stack)) == Judgement(Verdict.FAILED, f"the stack is {stack}")


def test_a_rollout_that_was_stopped_for_a_newer_one_is_superseded() -> None:
    newer = rollout(number=8, minute=1)
    stopped = Observation(rollout(State.STOPPED), newer=newer, stack=UPDATING)
    assert judge([stopped]) == Judgement(Verdict.SUPERSEDED, "a rollout of sha-0000008 took its place")


def test_a_rollout_that_vanished_behind_a_newer_one_is_superseded() -> None:
    newer = rollout(number=8, minute=1)
    assert judge([*states(State.IN_PROGRESS), Observation(None, newer=newer)]).verdict is Verdict.SUPERSEDED


def test_a_newer_rollout_does_not_take_a_success_back() -> None:
    assert judge([Observation(rollout(State.SUCCESSFUL), newer=rollout(number=8, minute=9))]).verdict is (
        Verdict.SUCCEEDED
    )


def test_a_rollout_that_vanished_is_looked_for_some_times_before_it_has_failed() -> None:
    seen = states(State.IN_PROGRESS, stack="UPDATE_COMPLETE")
    gone = Observation(None, stack="UPDATE_COMPLETE")
    assert judge([*seen, *[gone] * (PATIENCE - 1)]).verdict is Verdict.IN_PROGRESS
    assert judge([*seen, *[gone] * PATIENCE]) == Judgement(
        Verdict.FAILED, "ECS no longer lists the rollout: the service was changed or deleted by hand"
    )


def test_while_the_stack_is_busy_a_missing_rollout_is_waited_for() -> None:
    assert judge([Observation(None, stack=UPDATING)] * (3 * PATIENCE)).verdict is Verdict.IN_PROGRESS


def test_a_stack_that_settles_without_a_rollout_is_not_a_success() -> None:
    assert judge([Observation(None, stack="UPDATE_COMPLETE")] * PATIENCE) == Judgement(
        Verdict.FAILED, "ECS has no rollout of this release"
    )


def test_a_stack_that_failed_before_ecs_began_is_rolled_back() -> None:
    assert judge([Observation(None, stack="UPDATE_ROLLBACK_COMPLETE")]).verdict is Verdict.ROLLED_BACK


def test_a_rollout_that_takes_too_long_has_timed_out() -> None:
    late = Observation(rollout(), stack=UPDATING, late=True)
    assert judge([late]).verdict is Verdict.TIMED_OUT


def test_a_verdict_at_the_last_moment_counts_more_than_the_time() -> None:
    late = Observation(rollout(State.SUCCESSFUL), stack="UPDATE_COMPLETE", late=True)
    assert judge([late]).verdict is Verdict.SUCCEEDED


def test_nothing_seen_is_nothing_decided() -> None:
    assert judge([]).verdict is Verdict.IN_PROGRESS
