"""autograd_lite compiled: the first call of a step makes a NumPy program, the others run that."""

from workloads import Steps

import autograd_lite as ag
from engines.autograd_lite_steps import steps_in

VERSION = ag.__version__


def steps(workload: str) -> Steps:
    return steps_in(ag.compile, workload)
