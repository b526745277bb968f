"""The judge of the coding exercises: starters, cases, checks, progress."""
