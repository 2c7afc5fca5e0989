"""`python -m novapi_site.packaging.deb`: dist/novapi_VERSION_ARCH.deb, out of the folder that novapi.spec makes."""

import shutil
import subprocess
import tempfile
from pathlib import Path

from novapi_site import __version__

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "dist" / "novapi-folder"
ICON = ROOT / "novapi_site" / "desktop" / "icon.svg"
# What the window needs of the system, then what Python needs. Debian 13 has new names for some.
DEPENDS = (
    "gir1.2-gtk-3.0",
    "gir1.2-webkit2-4.1",
    "libgtk-3-0 | libgtk-3-0t64",
    "libwebkit2gtk-4.1-0",
    "libbz2-1.0",
    "libc6 (>= 2.35)",
    "libcairo-gobject2",
    "libexpat1",
    "libffi8",
    "libgcc-s1",
    "libglib2.0-0 | libglib2.0-0t64",
    "liblzma5",
    "libsqlite3-0",
    "libstdc++6",
    "libuuid1",
    "zlib1g",
)
RECOMMENDS = ("gir1.2-ayatanaappindicator3-0.1", "gnome-keyring | kwalletmanager", "xdg-utils")

CONTROL = """Package: novapi
Version: {version}
Architecture: {architecture}
Maintainer: Novapi <novapi@localhost>
Installed-Size: {kilobytes}
Depends: {depends}
Recommends: {recommends}
Section: net
Priority: optional
Description: AI gateway for one person
 Apps call one address with one key; Novapi sends each call to the provider, or
 to the engine on this computer, that offers the model.
"""
DESKTOP_ENTRY = """[Desktop Entry]
Type=Application
Name=Novapi
Comment=Your AI gateway
Comment[zh_CN]=你的 AI 网关
Exec=novapi %u
Icon=novapi
Terminal=false
Categories=Network;Development;
MimeType=x-scheme-handler/novapi;
StartupWMClass=novapi
"""


def main() -> None:
    """Leave the package in dist/."""
    if not (FOLDER / "novapi").is_file():
        raise SystemExit(f"There is no {FOLDER}: python -m PyInstaller --noconfirm novapi.spec")
    with tempfile.TemporaryDirectory() as made:
        root = Path(made)
        root.chmod(0o755)
        lay_out(root)
        print(build(root))


def lay_out(root: Path) -> None:
    """The files where they will lie."""
    shutil.copytree(FOLDER, root / "usr/lib/novapi", symlinks=True)
    program = root / "usr/bin/novapi"
    program.parent.mkdir()
    program.symlink_to("../lib/novapi/novapi")
    entry = root / "usr/share/applications/novapi.desktop"
    entry.parent.mkdir(parents=True)
    entry.write_text(DESKTOP_ENTRY, encoding="utf-8")
    icon = root / "usr/share/icons/hicolor/scalable/apps/novapi.svg"
    icon.parent.mkdir(parents=True)
    shutil.copy(ICON, icon)
    copyright_ = root / "usr/share/doc/novapi/copyright"
    copyright_.parent.mkdir(parents=True)
    shutil.copy(ROOT / "LICENSE", copyright_)


def build(root: Path) -> Path:
    """The package of these files."""
    kilobytes = sum(file.lstat().st_size for file in root.rglob("*")) // 1024
    control = root / "DEBIAN/control"
    control.parent.mkdir()
    architecture = subprocess.run(["dpkg", "--print-architecture"], capture_output=True, text=True, check=True)
    told = {"version": __version__, "architecture": architecture.stdout.strip(), "kilobytes": kilobytes}
    control.write_text(CONTROL.format(depends=", ".join(DEPENDS), recommends=", ".join(RECOMMENDS), **told))
    package = ROOT / "dist" / f"novapi_{told['version']}_{told['architecture']}.deb"
    words = ["dpkg-deb", "--root-owner-group", "-Zxz", "--build", str(root), str(package)]
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
    return package


if __name__ == "__main__":
    main()
