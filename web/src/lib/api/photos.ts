/** Photos: files by when they were taken, what they show, and what people say of them. */
import { client, told } from './client';
import type { Album, AlbumChange, Albums, Corrected, DuplicateGroups, Favourite, Likes, Photo, PhotoCorrection, PhotoDetails, PhotoPlace, Photos, Timeline, Town } from './schema';

export type { Album, Photo, PhotoCorrection, PhotoDetails, PhotoPlace, Photos, Town };

const at = (node_id: number) => ({ path: { node_id } });
const of = (album_id: number) => ({ path: { album_id } });

/** Of the first page: enough for any screen, and there at once; public/early.js asks for the same. */
export const FIRST = 120;
/** Entries of one page: the most the server gives. */
export const PAGE = 1000;

/** Which photos stand together. */
export type Choice =
  | { kind: 'timeline' }
  | { kind: 'favourites' }
  | { kind: 'place'; id: string }
  | { kind: 'album'; id: number };

/** How full each month is. */
export const timeline = (): Promise<Timeline> => told(client.GET('/photos/timeline'));
/** The newest of all. */
export const newest = (): Promise<Photos> => told(client.GET('/photos', { params: { query: { limit: FIRST } } }));
export const ofMonth = (month: string, cursor?: string, limit = PAGE): Promise<Photos> =>
  told(client.GET('/photos', { params: { query: { month, cursor, limit } } }));

/** The photos of a choice that is no timeline, page by page. */
export function chosen(choice: Exclude<Choice, { kind: 'timeline' }>, cursor?: string): Promise<Photos> {
  const limit = cursor ? PAGE : FIRST;
  if (choice.kind === 'album') return told(client.GET('/photos/albums/{album_id}/photos', { params: { ...of(choice.id), query: { cursor, limit } } }));
  const which = choice.kind === 'place' ? { place: choice.id } : { favourites: true };
  return told(client.GET('/photos', { params: { query: { ...which, cursor, limit } } }));
}

export const photo = (id: number): Promise<PhotoDetails> => told(client.GET('/photos/{node_id}', { params: at(id) }));

/** When and where they were taken; the answer tells what was said before, which takes it back. */
export const correct = (changes: PhotoCorrection[]): Promise<Corrected> => told(client.PATCH('/photos', { body: { changes } }));
/** Of these at once. */
export const CORRECTED = 500;
export const towns = async (q: string): Promise<Town[]> => (await told(client.GET('/photos/towns', { params: { query: { q } } }))).towns;

// ------------------------------------------------------------------------------------------ what people say

export const likes = (id: number): Promise<Likes> => told(client.GET('/photos/{node_id}/likes', { params: at(id) }));
export const like = (id: number): Promise<Likes> => told(client.PUT('/photos/{node_id}/like', { params: at(id) }));
export const unlike = (id: number): Promise<Likes> => told(client.DELETE('/photos/{node_id}/like', { params: at(id) }));
export const favour = (id: number, on: boolean): Promise<Favourite> =>
  told(on ? client.PUT('/photos/{node_id}/favourite', { params: at(id) }) : client.DELETE('/photos/{node_id}/favourite', { params: at(id) }));

// ---------------------------------------------------------------------------------------------------- albums

export const albums = async (): Promise<Album[]> => (await told<Albums>(client.GET('/photos/albums'))).albums;
export const album = (id: number): Promise<Album> => told(client.GET('/photos/albums/{album_id}', { params: of(id) }));
export const makeAlbum = (name: string, parent_id: number | null = null, folder_id: number | null = null): Promise<Album> =>
  told(client.POST('/photos/albums', { body: { name, parent_id, folder_id } }));
export const changeAlbum = (id: number, body: AlbumChange): Promise<Album> =>
  told(client.PATCH('/photos/albums/{album_id}', { params: of(id), body }));
/** The photos stay; albums in it go up one level. */
export const removeAlbum = (id: number) => told(client.DELETE('/photos/albums/{album_id}', { params: of(id) }));
export const fillAlbum = (id: number, add: number[], remove: number[] = []): Promise<Album> =>
  told(client.POST('/photos/albums/{album_id}/photos', { params: of(id), body: { add, remove } }));

// ---------------------------------------------------------------------------------------------------- others

/** Cells of 360° divided by two to the level. */
export const places = async (level: number): Promise<PhotoPlace[]> =>
  (await told(client.GET('/photos/places', { params: { query: { level } } }))).places;
export const duplicates = (near: boolean, cursor?: string): Promise<DuplicateGroups> =>
  told(client.GET('/photos/duplicates', { params: { query: { near, cursor } } }));
/** A live photo of one's own that has this content; `sum`: SHA-256 in hexadecimal digits. */
export const known = async (sum: string): Promise<number | null> =>
  (await told(client.POST('/photos/known', { body: { algorithm: 'sha-256', hashes: [sum] } }))).photos[0] ?? null;

// ------------------------------------------------------------------------------------ addresses of pictures

export type Size = 'small' | 'medium' | 'large';
/** They fit into squares of so many pixels. */
export const PIXELS = { small: 256, medium: 512, large: 1600 } as const;
export const thumbnailAddress = (thumbnail: string, size: Size): string => `${thumbnail}&size=${size}`;
