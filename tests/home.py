"""Loaded by pytest before anything of Django: the tests' data directory is never the user's."""

import atexit
import os
import shutil
import tempfile

os.environ["NOVAPI_HOME"] = tempfile.mkdtemp(prefix="novapi-tests-")
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"  # nor is the user's keychain
for name in ("NOVAPI_HOST", "NOVAPI_PORT", "NOVAPI_LOG_LEVEL", "NOVAPI_DEBUG"):
    os.environ.pop(name, None)
os.environ["NOVAPI_DISCOVERY"] = "off"  # nor do servers that other tests run get questions they don't expect
atexit.register(shutil.rmtree, os.environ["NOVAPI_HOME"], ignore_errors=True)
