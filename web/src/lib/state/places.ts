/** What a window of Files or of Documents shows, and the address it has. */
export type OwnPlace = { kind: 'folder'; path: string } | { kind: 'shared' } | { kind: 'trash' } | { kind: 'search'; text: string };
/** The folders on other clouds, and what is in one of them; `item` null: the opened folder itself. */
export type CloudPlace = { kind: 'clouds' } | { kind: 'cloud'; folder: number; item: number | null };
export type Place = OwnPlace | CloudPlace;

export const ROOT: Place = { kind: 'folder', path: '' };

export const folderAt = (path: string): Place => ({ kind: 'folder', path });
export const joined = (path: string, name: string): string => (path ? `${path}/${name}` : name);
export const parentPath = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));
export const lastName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

export function address(place: Place): string {
  if (place.kind === 'trash') return '/trash';
  if (place.kind === 'shared') return '/shared';
  if (place.kind === 'search') return `/search?q=${encodeURIComponent(place.text)}`;
  if (place.kind === 'clouds') return '/clouds';
  if (place.kind === 'cloud') return `/clouds/${place.folder}${place.item === null ? '' : `/${place.item}`}`;
  return ['/files', ...place.path.split('/').filter(Boolean).map(encodeURIComponent)].join('/');
}

/** The place an address means; null when it means none of ours. */
export function placeAt(url: URL): Place | null {
  const [first, ...rest] = url.pathname.split('/').filter(Boolean);
  if (first === 'trash') return { kind: 'trash' };
  if (first === 'shared') return { kind: 'shared' };
  if (first === 'search') return { kind: 'search', text: url.searchParams.get('q') ?? '' };
  if (first === 'clouds') return cloudAt(rest);
  if (first === 'files') return folderAt(rest.map(decoded).join('/'));
  return null;
}

function cloudAt([folder, item]: string[]): Place {
  const id = /^[1-9]\d{0,15}$/;
  if (!folder || !id.test(folder)) return { kind: 'clouds' };
  return { kind: 'cloud', folder: Number(folder), item: item && id.test(item) ? Number(item) : null };
}

/** What a Documents window shows: all databases, one of them, and in it a document or an index. */
export interface Shelf {
  database?: string;
  document?: string;
  index?: string;
}

/** Ids stand behind the question mark: “..” is one of them. */
export function shelfAddress({ database, document, index }: Shelf): string {
  const asked = document !== undefined ? `?document=${encodeURIComponent(document)}` : index !== undefined ? `?index=${encodeURIComponent(index)}` : '';
  return database === undefined ? '/documents' : `/documents/${encodeURIComponent(database)}${asked}`;
}

export function shelfAt(url: URL): Shelf {
  const [, database] = url.pathname.split('/').filter(Boolean).map(decoded);
  const [document, index] = [url.searchParams.get('document'), url.searchParams.get('index')];
  return { ...(database ? { database } : {}), ...(document ? { document } : index ? { index } : {}) };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
