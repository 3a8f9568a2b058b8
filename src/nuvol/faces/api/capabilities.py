"""What this server is and can do."""

from nuvol.core import access
from nuvol.core.files import chunking
from nuvol.core.files.names import NAME_BYTES
from nuvol.faces.api.calls import Call, told
from nuvol.faces.http import Answer, run
from nuvol.wire import chunks, tus
from nuvol.wire.api import accounts, body, capabilities, journal

PAGE_LIMIT = 1000


async def get(call: Call[None, None]) -> Answer:
    return told(
        capabilities.Capabilities(
            product="Nuvol",
            api="v1",
            epoch=call.cloud.epoch,
            signup=accounts.signup(await run(call.cloud.accounts.signup_mode)).mode,
            scopes=sorted(access.SCOPES),
            limits=capabilities.Limits(
                json_bytes=body.JSON_LIMIT,
                name_bytes=NAME_BYTES,
                page=PAGE_LIMIT,
                wait_seconds=journal.WAIT_LIMIT,
            ),
            tus=capabilities.Tus(version=tus.VERSION, extensions=tus.EXTENSIONS, checksums=list(tus.CHECKSUMS)),
            chunks=capabilities.Chunks(
                algorithm="fastcdc",
                minimum=chunking.SMALLEST,
                target=chunking.TARGET,
                maximum=chunking.LARGEST,
                normalisation=1,
                hash="blake3",
                media_type=chunks.MEDIA_TYPE,
            ),
        )
    )
