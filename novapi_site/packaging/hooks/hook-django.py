"""Instead of PyInstaller's own, which looks for a manage.py and takes 41 MB: every language, maps, every database.

Django names its modules in strings, so those that it may name are told here.
"""

from PyInstaller.utils.hooks import collect_data_files, collect_submodules

UNUSED = (
    "django.conf.app_template",
    "django.conf.locale",
    "django.conf.project_template",
    "django.contrib.admindocs",
    "django.contrib.flatpages",
    "django.contrib.gis",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "django.contrib.redirects",
    "django.contrib.sitemaps",
    "django.contrib.sites",
    "django.contrib.syndication",
    "django.core.management.commands.test",
    "django.core.management.commands.testserver",
    "django.db.backends.mysql",
    "django.db.backends.oracle",
    "django.db.backends.postgresql",
    "django.forms.jinja2",
    "django.template.backends.jinja2",
    "django.test",
)


def is_used(name: str) -> bool:
    return not any(name == unused or name.startswith(f"{unused}.") for unused in UNUSED)


hiddenimports = collect_submodules("django", filter=is_used, on_error="ignore")
hiddenimports += ["django.conf.locale.en.formats"]
hiddenimports += ["django.contrib.postgres.functions"]  # cachalot imports it whatever the database is
LEFT_OUT = """**/locale/** **/jinja2/** **/*.py-tpl conf/app_template/** conf/project_template/**
    contrib/admindocs/** contrib/gis/** contrib/postgres/** contrib/sitemaps/**
    **/select2/i18n/**"""

datas = collect_data_files("django", excludes=LEFT_OUT.split())
datas += collect_data_files("django", includes=["conf/locale/en/**/*.mo"])  # without it Django does not start
