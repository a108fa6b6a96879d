"""Supervisory policies as the law states them, the alert rules they compile to, and an engine that runs those."""
