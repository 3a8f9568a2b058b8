// Runs before the first paint.

// Neither theme nor density may flash. The choice is written by lib/state/look.
for (const part of document.cookie.split('; ')) {
  const [name, value] = part.split('=');
  if (name === 'theme' && value !== 'system') {
    document.documentElement.dataset.theme = value;
    document.querySelectorAll('meta[name=theme-color]').forEach((frame, at) => (frame.media = value === ['light', 'dark'][at] ? 'all' : 'not all'));
  }
  if (name === 'density' || name === 'contrast') document.documentElement.dataset[name] = value;
}

// The first questions of the desktop, asked while the rest of it is on its way. lib/api/client takes the answers; the
// addresses are letter by letter those that it asks for. A listing is read after the cursor: what changes in between is told.
if (!/^\/(signin|setup)\b/.test(location.pathname)) {
  const ask = (path) => fetch(path).catch(() => undefined);
  const early = new Map(['/api/v1/session', '/api/v1/changes'].map((path) => [path, ask(path)]));
  const folder = /^\/(?:files(?:\/(.*))?)?$/.exec(location.pathname);
  if (folder) {
    try {
      const path = decodeURIComponent(folder[1] ?? '').split('/').filter(Boolean).join('/');
      const listing = `/api/v1/nodes/by-path/children?path=${encodeURIComponent(path)}&limit=200&sort=kind&order=ascending`;
      early.set(listing, early.get('/api/v1/changes').then((cursor) => (cursor?.ok ? ask(listing) : undefined)));
    } catch {
      // an address with a broken escape: the page says what it makes of it
    }
  }
  if (location.pathname === '/photos') {
    for (const path of ['/api/v1/photos/timeline', '/api/v1/photos?limit=120']) {
      early.set(path, early.get('/api/v1/changes').then((cursor) => (cursor?.ok ? ask(path) : undefined)));
    }
  }
  globalThis.early = early;
}
