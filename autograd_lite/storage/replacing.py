"""Replace a file in one step, so that nobody ever finds a part of it.

All that a crash may leave behind is the file beside it, ".name.….tmp", which can be deleted.
"""

import os
from pathlib import Path

from autograd_lite.errors import StorageError


def replace(file: Path, content: bytes) -> None:
    """Put `content` at `file`: written beside it, flushed to the disk, then renamed onto it."""
    target = Path(os.path.realpath(file))  # a link stays a link
    temporary = target.with_name(f".{target.name}.{os.urandom(6).hex()}.tmp")
    try:
        with temporary.open("xb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, target)
    except OSError as error:
        reason = error.strerror or str(error)
        if not target.parent.is_dir():
            reason = f"there is no folder {target.parent}"
        raise StorageError(f"cannot save {file}: {reason}") from error
    finally:
        temporary.unlink(missing_ok=True)
