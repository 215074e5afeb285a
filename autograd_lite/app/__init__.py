"""What the command `autograd-lite train` does: read, train, draw, save, report."""
