"""Does every point reach the database exactly once while everything is killed? A trial for benchmark and tests."""
