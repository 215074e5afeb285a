"""The engines, one file each. A file has VERSION and WORKLOADS: name -> function making Steps."""

ENGINES = {
    "autograd_lite_eager": "autograd_lite eager",
    "numpy_hand": "NumPy by hand",
    "torch_eager": "PyTorch eager",
    "jax_jit": "jax.jit",
    "jax_jit_sync": "jax.jit synchronous",
    "hips_autograd": "HIPS autograd",
    "mygrad_engine": "MyGrad",
}
# What an engine has no way to do: MyGrad's gradients cannot be differentiated again.
# HIPS autograd and MyGrad have no layers that convolve, recur or attend.
UNABLE = {("mygrad_engine", "hessian"), ("mygrad_engine", "jacobian")} | {
    (engine, workload)
    for engine in ("hips_autograd", "mygrad_engine")
    for workload in ("lenet", "transformer", "lstm")
}
OURS, HAND, TORCH, MYGRAD = "autograd_lite_eager", "numpy_hand", "torch_eager", "mygrad_engine"
HIPS = "hips_autograd"
