"""Files that only their owner may read, whole or not there at all."""

import os
import secrets
from pathlib import Path


def touch(path: Path) -> None:
    """Create `path` if it is missing, readable and writable by its owner only (0600)."""
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    path.chmod(0o600)


def write_once(path: Path, text: str) -> bool:
    """Put a whole new file in place unless one is there: of several processes the first wins. True if it was this."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}.new")
    touch(draft)
    draft.write_text(text)
    try:
        os.link(draft, path)
    except FileExistsError:
        return False
    except OSError:  # a file system without hard links (FAT): all but the first must be told by looking
        if path.exists():
            return False
        draft.rename(path)
    finally:
        draft.unlink(missing_ok=True)
    return True


def write(path: Path, text: str) -> None:
    """Put a whole new file in the place of whatever is there."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}.new")
    touch(draft)
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)
