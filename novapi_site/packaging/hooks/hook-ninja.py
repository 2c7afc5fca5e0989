"""What Django finds of it by name, and the page that shows an API's documentation."""

from PyInstaller.utils.hooks import collect_data_files, collect_submodules

hiddenimports = collect_submodules("ninja", filter=lambda name: not name.startswith("ninja.testing"))
datas = collect_data_files("ninja", excludes=["**/*.map"])
