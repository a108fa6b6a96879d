"""Whether the PC's names can be seen at all: pure judges over one picture of the PC, a small file a sign."""
