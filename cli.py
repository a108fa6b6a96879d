"""The command `quannet`: parse, call one function, render, exit."""
