"""When to show less and what to say: pure, driven by values and a clock."""
