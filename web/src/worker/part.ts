/** What the service worker does with a request, and which of its caches are over. */

/** First segments of the addresses that are the desktop; the server knows the same (faces/desktop/shell.py). */
export const PAGES: readonly string[] = ['', 'files', 'photos', 'shared', 'trash', 'search', 'documents', 'clouds', 'settings', 'developer', 'signin'];
/** Where the device sends what another app hands over; the manifest says it. */
export const RECEIVE = '/receive';
/** Of the caches; each version of the desktop has one. */
export const PREFIX = 'desktop-';

/** Null: the browser goes on as if there were no worker. */
export type Part = 'page' | 'loose' | 'asset' | 'parcel' | null;

export function partOf({ method, mode, url }: Pick<Request, 'method' | 'mode' | 'url'>, origin: string, files: readonly string[]): Part {
  const asked = new URL(url);
  if (asked.origin !== origin) return null;
  if (method === 'POST') return asked.pathname === RECEIVE ? 'parcel' : null;
  if (method !== 'GET') return null;
  if (mode === 'navigate') return isPage(asked) ? 'page' : null;
  if (asked.pathname.startsWith('/assets/')) return 'asset';
  return files.includes(asked.pathname) ? 'loose' : null;
}

const isPage = ({ pathname, searchParams }: URL): boolean => PAGES.includes(pathname.split('/')[1] ?? '') && !searchParams.has('plain');

/** All but the newest two: a window that was opened before this version still asks for parts of its own. `names`: oldest first. */
export const outlived = (names: readonly string[], own: string): string[] =>
  names.filter((name) => name.startsWith(PREFIX) && name !== own).slice(0, -1);
