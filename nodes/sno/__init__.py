"""What the local API of a storage node tells (its routes begin with /api/sno): asked for, or pushed by its operator."""
