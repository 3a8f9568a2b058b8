"""The one place that names concrete stores: settings in, `Cloud` out."""

from nuvol.core.cloud import Cloud
from nuvol.core.vault import KEY_BYTES
from nuvol.errors import StoreFailed
from nuvol.server.outbound import Outbound
from nuvol.server.peers import Peers
from nuvol.server.settings import Settings
from nuvol.stores.blobs.disk import DiskBlobs
from nuvol.stores.catalog.catalog import SqlCatalog
from nuvol.stores.key_file import read_or_make

__all__ = ["Cloud", "build"]


def build(settings: Settings) -> Cloud:
    """Open the stores, making what is not there yet. Raises StoreFailed, BadValue (a wrong catalog address)."""
    try:
        settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        key = read_or_make(settings.data / "instance.key", KEY_BYTES)
        blobs = DiskBlobs(settings.blobs or settings.data)
    except OSError as error:
        raise StoreFailed(
            f"The data folder {settings.data} cannot be used: {error.strerror}.",
            advice="Choose another with --data, or give this user the right to write there.",
        ) from None
    catalog = SqlCatalog.open(settings.catalog or settings.data.absolute() / "nuvol.db")
    return Cloud(catalog, blobs, settings.rules, key=key, peers=Peers(Outbound(settings.outbound_allow)))
