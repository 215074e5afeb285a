"""Values and gradients written out in NumPy, a file for each of the workloads that are no network
of dense layers; LeNet, the transformer and the LSTM have theirs in their own folders."""
