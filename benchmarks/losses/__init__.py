"""What is differentiated, in each library's own words, one file each, shared by its modes.

LOSSES has functions of (leaves, *data) that return a scalar; MAPS has functions of (x, *data)
of which all derivatives by x are wanted.
"""
