"""What a server says about itself before anybody signs in."""

from typing import Annotated

from msgspec import Meta, Struct

from nuvol.wire.api.accounts import SignupMode


class Limits(Struct, frozen=True):
    json_bytes: int
    name_bytes: int
    page: Annotated[int, Meta(description="Most entries of one page.")]
    wait_seconds: Annotated[int, Meta(description="Longest wait of `changes`.")]


class Tus(Struct, frozen=True):
    version: str
    extensions: list[str]
    checksums: list[str]


class Chunks(Struct, frozen=True):
    """How files are cut; docs/protocols/api.md says it in full."""

    algorithm: str
    minimum: int
    target: int
    maximum: int
    normalisation: int
    hash: str
    media_type: str


class Capabilities(Struct, frozen=True):
    product: str
    api: str
    epoch: Annotated[
        str, Meta(description="Another value: the server was restored from a backup, read everything anew.")
    ]
    signup: SignupMode
    scopes: list[str]
    limits: Limits
    tus: Tus
    chunks: Chunks
