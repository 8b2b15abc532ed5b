"""How many examples a property is tried on: some in `make test-all`, fewer in `make test`, many in `make prove`."""

from hypothesis import HealthCheck, settings


def examples(number: int) -> settings:
    """The number holds for the default profile of a hundred examples; the others stand in `tests/conftest.py`."""
    return settings(
        max_examples=max(1, number * settings().max_examples // 100),
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
