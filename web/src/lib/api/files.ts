/** Nodes, their content, their past, and the trash. */
import { BASE, client, told } from './client';
import type { Bundle, Change, Changes, Node as Entry, Remark, Usage, Version, Versions } from './schema';

export type { Change, Changes, Remark, Usage, Version };

export interface Node extends Entry {
  /** Set: it lies in this folder of those on other clouds (`clouds.ts`), and its id is one of there. */
  cloud?: number;
  /** Who changed it last, as the other cloud says. */
  author?: string;
}
export interface Nodes {
  nodes: Node[];
  next: string | null;
}

/** Entries of one page: the most the server gives. */
const PAGE = 1000;
/** Of the first page: enough for any screen, and there at once. */
const FIRST = 200;

const at = (node_id: number) => ({ path: { node_id } });

export const byPath = (path: string): Promise<Node> =>
  told(client.GET('/nodes/by-path', { params: { query: { path } } }));
export const node = (id: number): Promise<Node> => told(client.GET('/nodes/{node_id}', { params: at(id) }));

export type By = 'name' | 'size' | 'modified';
export interface Order {
  by: By;
  descending: boolean;
}

/** By name: folders first. */
const sorted = ({ by, descending }: Order) =>
  ({ sort: by === 'name' ? 'kind' : by, order: descending ? 'descending' : 'ascending' }) as const;

/** The folder at a path and the first of its entries; `children` goes on. */
export const folder = (path: string, order: Order): Promise<Nodes & { folder: Node }> =>
  told(client.GET('/nodes/by-path/children', { params: { query: { path, limit: FIRST, ...sorted(order) } } }));
export const children = (id: number, order: Order, cursor?: string): Promise<Nodes> =>
  told(client.GET('/nodes/{node_id}/children', { params: { ...at(id), query: { cursor, limit: PAGE, ...sorted(order) } } }));
/** By names and by comments. */
export const search = (q: string, cursor?: string, limit = FIRST): Promise<Nodes & { comments: Remark[] }> =>
  told(client.GET('/search', { params: { query: { q, cursor, limit } } }));

export const createFolder = (parent_id: number, name: string): Promise<Node> =>
  told(client.POST('/nodes', { body: { parent_id, name } }));
export const rename = (id: number, name: string): Promise<Node> =>
  told(client.PATCH('/nodes/{node_id}', { params: at(id), body: { name, overwrite: false } }));
export const move = (id: number, parent_id: number, name: string, overwrite = false): Promise<Node> =>
  told(client.PATCH('/nodes/{node_id}', { params: at(id), body: { parent_id, name, overwrite } }));
export const copy = (id: number, parent_id: number, name: string, overwrite = false): Promise<Node> =>
  told(client.POST('/nodes/{node_id}/copy', { params: at(id), body: { parent_id, name, overwrite } }));

export const trash = (id: number) => told(client.DELETE('/nodes/{node_id}', { params: at(id) }));
export const trashed = (cursor?: string): Promise<Nodes> =>
  told(client.GET('/trash', { params: { query: { cursor, limit: PAGE } } }));
export const restore = (id: number, name?: string): Promise<Node> =>
  told(client.POST('/trash/{node_id}/restore', { params: at(id), body: { name } }));
export const purge = (id: number) => told(client.DELETE('/trash/{node_id}', { params: at(id) }));
export const emptyTrash = async (): Promise<number> => (await told(client.DELETE('/trash'))).removed;

export const versions = (id: number, before?: number): Promise<Versions> =>
  told(client.GET('/nodes/{node_id}/versions', { params: { ...at(id), query: { before } } }));
export const restoreVersion = (node_id: number, number: number): Promise<Node> =>
  told(client.POST('/nodes/{node_id}/versions/{number}/restore', { params: { path: { node_id, number } } }));

/** Several of them as one zip archive, which waits at an address for an hour. */
export const bundle = (node_ids: number[], name: string): Promise<Bundle> => told(client.POST('/bundles', { body: { node_ids, name } }));

export const usage = (): Promise<Usage> => told(client.GET('/usage'));
export const changes = (since?: string): Promise<Changes> =>
  told(client.GET('/changes', { params: { query: { since } } }));

// ------------------------------------------------------------------------------------ addresses of bytes

export const contentAddress = (id: number, version?: number): string =>
  `${BASE}/nodes/${id}${version === undefined ? '' : `/versions/${version}`}/content`;
/** A small picture of a photo or film; there is none before somebody has looked at it. */
export const thumbnailOf = ({ id, hash }: Pick<Node, 'id' | 'hash'>, size: 'small' | 'medium'): string =>
  `${BASE}/photos/${id}/thumbnail?content=${hash}&size=${size}`;
export const downloadAddress = (node: Pick<Node, 'id' | 'kind'>): string =>
  node.kind === 'folder' ? `${BASE}/nodes/${node.id}/zip` : `${contentAddress(node.id)}?download=true`;
export const liveAddress = (since?: string): string =>
  `${BASE}/changes/live${since ? `?since=${encodeURIComponent(since)}` : ''}`;
export const UPLOADS = `${BASE}/uploads`;

// --------------------------------------------------------------------------------------- whole contents

export async function readText(id: number): Promise<string> {
  return (await told(client.GET('/nodes/{node_id}/content', { params: at(id), parseAs: 'text' }))) as unknown as string;
}
export async function readVersion(node_id: number, number: number): Promise<string> {
  const params = { path: { node_id, number } };
  return (await told(client.GET('/nodes/{node_id}/versions/{number}/content', { params, parseAs: 'text' }))) as unknown as string;
}
export async function readBytes(id: number): Promise<ArrayBuffer> {
  return (await told(client.GET('/nodes/{node_id}/content', { params: at(id), parseAs: 'arrayBuffer' }))) as unknown as ArrayBuffer;
}
