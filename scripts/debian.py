"""Install a package of Debian's, where that is allowed without asking."""

import os
import shutil
import subprocess
import sys


def install_package(name: str) -> bool:
    """Install a Debian package and return whether that worked.

    It is tried only where apt-get exists and this user is root or may become root without
    a password. All output goes to standard error.
    """
    prefix = way_to_root()
    if prefix is None or shutil.which("apt-get") is None:
        return False
    print(f"Installing Debian's {name}.", file=sys.stderr, flush=True)
    apt = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq"]
    apt += ["-o", "DPkg::Lock::Timeout=300"]  # seconds; another apt may be at work
    # A failed update is no reason to stop: the lists that are there may do.
    subprocess.run([*apt, "update"], stdin=subprocess.DEVNULL, stdout=sys.stderr, check=False)
    installing = subprocess.run(
        [*apt, "install", "--yes", "--no-install-recommends", name],
        stdin=subprocess.DEVNULL,
        stdout=sys.stderr,
        check=False,
    )
    return installing.returncode == 0


def way_to_root() -> list[str] | None:
    """Return the words to put before a command that needs root; None when there is no way."""
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") is None:
        return None
    asks_nothing = subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False)
    return ["sudo", "-n"] if asks_nothing.returncode == 0 else None
