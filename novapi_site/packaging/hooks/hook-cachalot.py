"""What Django finds of it by name; its panel for a debugging tool and its tests are left out."""

from PyInstaller.utils.hooks import collect_submodules

UNUSED = ("cachalot.tests", "cachalot.admin_tests", "cachalot.panels", "cachalot.jinja2ext")

hiddenimports = collect_submodules("cachalot", filter=lambda name: not name.startswith(UNUSED))
