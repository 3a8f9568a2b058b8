/**
 * The service worker: the desktop opens without a connection, and other apps of the device can hand files over. It keeps
 * what the desktop is made of, and nothing that belongs to anybody: no answer of the API, no content of a file.
 */
import * as parcels from '../lib/state/parcels';
import { outlived, partOf, PREFIX } from './part';

declare const self: ServiceWorkerGlobalScope;
/** Written in by installable.ts: the addresses of the desktop's files, and what changes when one of them does. */
declare const FILES: readonly string[];
declare const VERSION: string;

const CACHE = `${PREFIX}${VERSION}`;
const PATIENCE = 5_000; // ms for an answer, before what is here is shown
const AWAY = [502, 503, 504]; // said by a proxy while the server behind it is away

self.addEventListener('install', (event) => {
  // What is never ours need not even wake the worker, where a browser can be told so.
  const paths = ['/api/*', '/dav/*', '/photoshare/*'];
  const routed = event as ExtendableEvent & { addRoutes?: (routes: object[]) => Promise<void> };
  void routed.addRoutes?.(paths.map((pathname) => ({ condition: { urlPattern: { pathname } }, source: 'network' }))).catch(() => undefined);
  event.waitUntil(fill().then(() => self.skipWaiting()));
});

self.addEventListener('activate', (event) => event.waitUntil(takeOver()));

self.addEventListener('fetch', (event) => {
  const part = partOf(event.request, self.location.origin, FILES);
  if (part === 'parcel') event.respondWith(received(event.request));
  if (part === 'page') event.respondWith(fresh(event.preloadResponse.then((answer: Response | undefined) => answer ?? fetch(event.request)), '/'));
  if (part === 'loose') event.respondWith(fresh(fetch(event.request), event.request));
  if (part === 'asset') event.respondWith(known(event.request).then((answer) => answer ?? fetch(event.request)));
});

/** Whole, or there is no new worker. What has not changed is taken from the version before. */
async function fill(): Promise<void> {
  const cache = await caches.open(CACHE);
  await Promise.all(
    FILES.map(async (file) => {
      const isAsset = file.startsWith('/assets/');
      const answer = (isAsset && (await known(file))) || (await fetch(file, { cache: isAsset ? 'default' : 'reload', priority: 'low' }));
      if (!answer.ok) throw new Error(`${file}: ${answer.status}`);
      await cache.put(file, answer);
    }),
  );
}

/** The open windows are told what the desktop is made of now: one that is older says so. */
async function takeOver(): Promise<void> {
  for (const name of outlived(await caches.keys(), CACHE)) await caches.delete(name);
  await self.registration.navigationPreload?.enable();
  await self.clients.claim();
  for (const window of await self.clients.matchAll()) window.postMessage({ files: FILES });
}

/** As the server has it now; what is here, when it does not answer. */
async function fresh(asked: Promise<Response>, file: RequestInfo): Promise<Response> {
  const kept = () => caches.match(file, { cacheName: CACHE, ignoreVary: true });
  const late = new Promise<undefined>((done) => setTimeout(done, PATIENCE));
  const answer = await Promise.race([asked.catch(() => undefined), late]);
  if (answer && !AWAY.includes(answer.status)) return answer;
  return (await kept()) ?? answer ?? asked;
}

/** Of whichever version: their names change with what is in them. */
const known = (file: RequestInfo) => caches.match(file, { ignoreVary: true });

async function received(request: Request): Promise<Response> {
  try {
    const files = (await request.formData()).getAll('files').filter((file) => file instanceof File);
    await parcels.put(files);
    return Response.redirect(parcels.isOfPhotos(files) ? '/photos?received' : '/files?received', 303);
  } catch {
    return Response.redirect('/photos?received=no', 303); // too large for this device; the desktop says so
  }
}
