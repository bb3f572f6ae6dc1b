"""One typed settings tree; unknown keys are refused."""
