"""Payouts that the operator brings: a file of lines, what it would change, and writing it."""
