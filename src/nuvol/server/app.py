"""The server: settings → cloud → faces → front, and its life from start to stop."""

import asyncio
import ctypes
import gc
import logging
import resource
import ssl
from collections.abc import Callable, Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import uvloop

from nuvol.core.cloud import Cloud
from nuvol.errors import BadValue, StoreFailed, Unable
from nuvol.faces import health, http
from nuvol.faces.health import Figure, Networks
from nuvol.faces.http import Answer, Dispatcher, Request, Route
from nuvol.server.build import build
from nuvol.server.darkroom import Darkroom
from nuvol.server.figures import figures
from nuvol.server.front import Front
from nuvol.server.imports import Imports
from nuvol.server.jobs import Jobs
from nuvol.server.own import Own
from nuvol.server.proxies import Proxies
from nuvol.server.settings import Settings
from nuvol.server.stopping import stop_on_signal

THREADS = 8  # for uploads and downloads; they hash and wait for the disk
THREADS_WITH_DATABASE = 32  # where every call waits for a database over a socket
KEEP_FIGURES = 60  # seconds: one small write a minute while apps are busy
STOP_SECONDS = 20.0  # for requests in flight; supervisors give 30 and more before they kill

Tell = Callable[[str], None]

log = logging.getLogger("nuvol.server")


def serve(settings: Settings, tell: Tell, *, leading: bool = True, together: bool = False) -> None:
    """Serve until SIGTERM or SIGINT; `tell` is given what belongs on standard output, once, when it answers.

    `leading`: this process does the upkeep and says how to begin; `together`: others serve the same port.
    Raises BadValue, StoreFailed.
    """
    _tame_memory()
    _raise_file_limit()
    cloud = build(settings)
    pool = ThreadPoolExecutor(THREADS if cloud.is_local else THREADS_WITH_DATABASE, thread_name_prefix="nuvol")
    http.configure(pool, cloud.is_local)
    try:
        if leading and settings.signup is not None:
            cloud.accounts.set_signup_mode(None, settings.signup)
        uvloop.run(_serve(settings, cloud, tell, leading, together))
    finally:
        pool.shutdown(cancel_futures=True)
        cloud.close()


async def _serve(settings: Settings, cloud: Cloud, tell: Tell, leading: bool, together: bool) -> None:
    stopping = stop_on_signal()
    own = Own(cloud, settings.data / "photoshare")
    app = dispatcher(cloud, settings.faces, lambda: figures(app, front.shared), own, settings.watchers)
    proxies = Proxies(settings.trusted_proxies, settings.public_url)
    front = Front(app, proxies=proxies, max_connections=settings.max_connections)
    jobs = Jobs(cloud)
    darkroom = Darkroom(cloud, settings.picture_workers)
    imports = Imports(cloud)
    figures_kept = asyncio.create_task(_keep_figures(cloud))
    try:
        address = await _listen(front, settings, together)
        if "photoshare" in settings.faces:
            await own.listen(app)
        gc.collect()
        gc.freeze()  # what is loaded now stays: never look at it again
        gc.set_threshold(50_000, 20, 20)  # a listing of 10,000 entries makes 50,000 objects, none of them a cycle
        tell(f"ready {address}{_how_to_begin(settings, cloud, address) if leading else ''}")
        if leading:
            jobs.start()
            darkroom.start()
            imports.start()
        await stopping.wait()
    finally:
        await front.stop(STOP_SECONDS)
        await own.stop(STOP_SECONDS)
        await asyncio.to_thread(imports.stop)
        await asyncio.to_thread(darkroom.stop)
        await asyncio.to_thread(jobs.stop)
        figures_kept.cancel()
        with suppress(Unable):
            await asyncio.to_thread(cloud.usage.flush)


def dispatcher(
    cloud: Cloud,
    faces: Collection[str],
    figures: Callable[[], Iterable[Figure]],
    own: Own | None = None,
    watchers: Networks = (),
) -> Dispatcher:
    """Every face under its address. `own`: this cloud's own programs; without it they are not there."""
    routes: dict[str, Route] = dict.fromkeys(health.PREFIXES, health.face(cloud, figures, watchers))
    if "desktop" in faces:
        from nuvol.faces.desktop import face as desktop

        routes |= dict.fromkeys(desktop.PREFIXES, desktop.face(cloud))
    if "dav" in faces:
        from nuvol.faces.dav import face as dav

        routes["dav"] = dav.face(cloud)
    if "api" in faces:
        from nuvol.faces.api import face as api

        routes["api"] = api.face(cloud)
    if "cloudfs" in faces:
        from nuvol.faces.cloudfs import face as cloudfs

        routes[cloudfs.PREFIX] = cloudfs.face(cloud)
    if "links" in faces:
        from nuvol.faces.links import face as links

        routes[links.PREFIX] = links.face(cloud)
    if "oauth" in faces:
        from nuvol.faces.oauth import face as oauth

        routes = dict.fromkeys(oauth.PREFIXES, oauth.face(cloud)) | routes
    if "stacksync" in faces:
        from nuvol.faces.stacksync import face as stacksync

        routes[stacksync.PREFIX] = stacksync.face(cloud)
    if "u1db" in faces:
        from nuvol.faces import u1db
        from nuvol.faces.oauth import desks

        routes |= u1db.routes(cloud, alone="desktop" not in faces)
        routes |= dict.fromkeys(desks.PREFIXES, desks.face(cloud))
    if own is not None:
        routes |= own.routes(faces, routes.get("api"))
    return Dispatcher(routes, lambda request, answer: _count(cloud, request, answer))


def _count(cloud: Cloud, request: Request, answer: Answer) -> None:
    """An answer to a registered app, for its figures."""
    sent = 0 if request.method == "HEAD" else answer.length or 0
    refused = answer.status >= 400
    cloud.usage.count(request.app, request.account_id, refused=refused, received=request.length or 0, sent=sent)


async def _keep_figures(cloud: Cloud) -> None:
    """In every process; what cannot be kept now is kept later."""
    while True:
        await asyncio.sleep(KEEP_FIGURES)
        try:
            await http.run(cloud.usage.flush)
        except Unable:
            log.warning("the figures of apps could not be kept; they are tried again in %d s", KEEP_FIGURES)


def _how_to_begin(settings: Settings, cloud: Cloud, address: str) -> str:
    """While there is no administrator: the link that makes one."""
    token = cloud.accounts.setup_token()
    if token is None:
        return ""
    link = f"{settings.public_url or address}/setup/{token}"
    hours = cloud.rules.setup_hours
    return f"\nset-up {link}\nOpen this link and make the first account; it is good once, for {hours} hours."


async def _listen(front: Front, settings: Settings, together: bool) -> str:
    """Open the ports; returns the address to open on this machine."""
    try:
        host, port = await front.listen(settings.host, settings.port, shared_port=together)
        if settings.tls_cert is not None:
            await front.listen(settings.host, settings.tls_port, tls=_tls(settings), shared_port=together)
    except (OSError, OverflowError) as error:
        raise BadValue(
            f"Nobody can listen at {settings.host}, port {settings.port}: {error}.",
            advice="Stop what listens there, or choose others with --host and --port.",
        ) from None
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _tls(settings: Settings) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    try:
        context.load_cert_chain(str(settings.tls_cert), settings.tls_key)
    except (OSError, ssl.SSLError) as error:
        raise StoreFailed(
            f"The certificate {settings.tls_cert} or its key {settings.tls_key} cannot be used: {error}.",
            advice="Give PEM files that belong together, the key without a password.",
        ) from None
    return context


def _tame_memory() -> None:
    """glibc's mallopt: two arenas are enough for us; one for each thread keeps some 10 MB that nobody uses.

    Its other thresholds stay: with 128 KiB for mmap and trim 1 GiB down costs 1.1 s of processor instead of 0.5.
    """
    arena_max = -8  # malloc.h
    try:
        ctypes.CDLL(None).mallopt(arena_max, 2)
    except (OSError, AttributeError):  # another C library
        return


def _raise_file_limit() -> None:
    """As many descriptors as we may have: one for each connection, beside those of the stores."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard == resource.RLIM_INFINITY:
        hard = max(soft, 65_536)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
