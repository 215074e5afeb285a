"""The engines, one file each. A file has VERSION and `steps`: a workload's name -> its Steps."""

ENGINES = {
    "autograd_lite_eager": "autograd_lite eager",
    "autograd_lite_compiled": "autograd_lite compiled",
    "numpy_hand": "NumPy by hand",
    "torch_eager": "PyTorch eager",
    "torch_compile": "torch.compile",
    "jax_jit": "jax.jit",
    "jax_jit_sync": "jax.jit synchronous",
    "hips_autograd": "HIPS autograd",
    "mygrad_engine": "MyGrad",
}
OURS, COMPILED, HAND = "autograd_lite_eager", "autograd_lite_compiled", "numpy_hand"
TORCH, INDUCTOR = "torch_eager", "torch_compile"
MYGRAD, HIPS = "mygrad_engine", "hips_autograd"
JAX = ("jax_jit", "jax_jit_sync")

# HIPS autograd and MyGrad have no layers that convolve, recur or attend, and are many times slower
# than the others where arrays are large. MyGrad's gradients cannot be differentiated again.
# torch.compile unrolls the LSTM and was not done after nine minutes.
LARGE = ("gelu", "cross_entropy", "rnn", "transformer", "lenet", "logistic", "lstm")
UNABLE = {(engine, workload) for engine in (HIPS, MYGRAD) for workload in LARGE} | {
    (MYGRAD, "hessian"),
    (MYGRAD, "jacobian"),
    (INDUCTOR, "lstm"),
}
