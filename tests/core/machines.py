"""Random histories that Hypothesis makes and, when one fails, makes short."""

from collections.abc import Callable

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from tests.sizes import SEED

STEPS = 30


def prove(machine: Callable[[], RuleBasedStateMachine], histories: int) -> None:
    """Run so many of them; prints the seed, which pytest shows when the test fails."""
    print(f"NUVOL_SEED={SEED}")
    run_state_machine_as_test(
        seed(SEED)(machine),
        settings=settings(
            max_examples=histories,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate, Phase.shrink],
        ),
    )
