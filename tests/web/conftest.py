"""The steps of the whole cycle stand in modules of their own; their assertions speak like those of a test."""

import pytest

pytest.register_assert_rewrite("tests.web.acts", "tests.web.stage")
