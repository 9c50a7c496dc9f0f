"""From how many nodes on they are too many to be looked at one by one.

A page has up to so many side by side as columns, draws so many, and folds away what it has of each of more: the list to
choose from, what their figures rest on, and what is well.
"""

MANY = 12
