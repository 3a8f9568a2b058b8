/** What a Photos window shows, and the address it has. */
import type { Choice } from '../api/photos';

export type PhotosPlace = Choice | { kind: 'albums' } | { kind: 'places' } | { kind: 'duplicates' };

export const TIMELINE: PhotosPlace = { kind: 'timeline' };

export function photosAddress(place: PhotosPlace): string {
  if (place.kind === 'timeline') return '/photos';
  if (place.kind === 'album') return `/photos/albums/${place.id}`;
  if (place.kind === 'place') return `/photos/places/${encodeURIComponent(place.id)}`;
  return `/photos/${place.kind}`;
}

export function photosAt(url: URL): PhotosPlace {
  const [, part, id] = url.pathname.split('/').filter(Boolean);
  if (part === 'albums') return id && /^\d+$/.test(id) ? { kind: 'album', id: Number(id) } : { kind: 'albums' };
  if (part === 'places') return id && /^\d+-\d+$/.test(id) ? { kind: 'place', id } : { kind: 'places' };
  return part === 'favourites' || part === 'duplicates' ? { kind: part } : TIMELINE;
}

/** The photos that stand together there; null where something else is shown. */
export const choiceAt = (place: PhotosPlace): Choice | null =>
  place.kind === 'albums' || place.kind === 'places' || place.kind === 'duplicates' ? null : place;
