"""Trees of arrays in one file, never as pickle; checkpoints from which a run goes on exactly."""

from autograd_lite.storage.checkpoints import load_checkpoint, save_checkpoint
from autograd_lite.storage.files import load, save

__all__ = ["load", "load_checkpoint", "save", "save_checkpoint"]
