"""Bytes of a network into observations: no socket, no thread, no clock, bounded, and never an exception."""
