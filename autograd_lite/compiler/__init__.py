"""From a function to the NumPy program that it is: recorded, made smaller, planned, written."""

from autograd_lite.compiler.compiled import Compiled, compile

__all__ = ["Compiled", "compile"]
