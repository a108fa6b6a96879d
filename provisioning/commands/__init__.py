"""The commands of `quannet`, by what they are about: each parses, calls one function, renders, exits."""
