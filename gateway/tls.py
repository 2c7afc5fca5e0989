"""Whom we believe to be a provider: whoever this computer's own trust store does, so that a company's CA works once it
is installed there."""

import os
import ssl
import sys
from functools import lru_cache

import httpx

# Where systems keep their certificates, for a Python or an executable that was built elsewhere and looks elsewhere.
CA_FILES = (
    "/etc/ssl/certs/ca-certificates.crt",  # Debian, Ubuntu, Arch
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",  # Fedora, RHEL
    "/etc/ssl/ca-bundle.pem",  # SUSE
    "/etc/ssl/cert.pem",  # Alpine, BSD
)


class Distrusted(httpx.ConnectError):
    """The server's certificate is not one to be trusted; the text says why."""


@lru_cache(maxsize=1)
def context() -> ssl.SSLContext:
    """What every connection to a provider is secured with. Certificates are read once, which takes some 15 ms."""
    made = system_context()
    made.set_alpn_protocols(["http/1.1"])
    return made


if sys.platform in ("win32", "darwin"):
    # OpenSSL knows neither the Keychain nor what Windows fetches when it is needed: the system checks for itself.
    import truststore

    def system_context() -> ssl.SSLContext:
        return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

else:
    # Elsewhere the store is files, and truststore would read them again for every connection.
    def system_context() -> ssl.SSLContext:
        made = ssl.create_default_context()
        if not knows_anybody(made):
            for path in filter(os.path.isfile, CA_FILES):
                made.load_verify_locations(cafile=path)
                break
        return made


def knows_anybody(made: ssl.SSLContext) -> bool:
    """Whether OpenSSL found certificates: in its file, which is read at once, or in its folder, looked at later."""
    folder = ssl.get_default_verify_paths().capath
    return made.cert_store_stats()["x509_ca"] > 0 or bool(folder and os.listdir(folder))


def distrust(problem: BaseException | None) -> str:
    """What was wrong with a certificate in OpenSSL's words, if that is what a failed connection comes from; else "".

    aiohttp's own exception for it is one of these, too, but without the words.
    """
    while problem is not None:
        if isinstance(problem, ssl.SSLCertVerificationError) and (words := getattr(problem, "verify_message", "")):
            return str(words)
        problem = getattr(problem, "certificate_error", None) or problem.__cause__ or problem.__context__
    return ""
