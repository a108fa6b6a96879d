"""The whole path on one machine, shown and judged."""
