"""Gradient checking: is what the library says the derivative of what the function computes?

The gradient is measured three ways that know nothing of rules: by the complex step where the
function is analytic, by extrapolated differences elsewhere, and by the rate at which the Taylor
remainder falls, which needs no step.
"""

from autograd_lite.check.checking import check_gradients
from autograd_lite.check.report import ArgumentReport, Kink, Mismatch, Report

__all__ = ["ArgumentReport", "Kink", "Mismatch", "Report", "check_gradients"]
