"""Real services as child processes on loopback, in a folder of their own: for the demo and for tests."""
