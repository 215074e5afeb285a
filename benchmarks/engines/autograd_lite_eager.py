"""autograd_lite as it runs by default: every operation computed and recorded when it is called."""

from workloads import Steps

import autograd_lite as ag
from engines.autograd_lite_steps import steps_in

VERSION = ag.__version__


def steps(workload: str) -> Steps:
    return steps_in(lambda function: function, workload)
