/** Folders on other clouds: what is in them is asked of the cloud where they are, through one's own. */
import { BASE, client, told } from './client';
import * as files from './files';
import type { Node } from './files';
import { Refusal } from './problems';
import type { ElsewhereFolder, ElsewhereItem, ElsewhereOffer } from './schema';

export type Cloud = ElsewhereFolder;
export type Offer = ElsewhereOffer;

const at = (folder_id: number) => ({ path: { folder_id } });
const inside = (folder_id: number, item_id: number) => ({ path: { folder_id, item_id } });

/** Asks nobody outside. */
export const clouds = async (): Promise<Cloud[]> => (await told(client.GET('/elsewhere'))).folders;
export const cloud = (id: number): Promise<Cloud> => told(client.GET('/elsewhere/{folder_id}', { params: at(id) }));
/** What the link of an invitation opens; it stays unused. */
export const look = (link: string): Promise<Offer> => told(client.POST('/elsewhere/invitation', { body: { link } }));
export const connect = (link: string): Promise<Cloud> => told(client.POST('/elsewhere', { body: { link, name: '' } }));
export const leave = (id: number) => told(client.DELETE('/elsewhere/{folder_id}', { params: at(id) }));

export const item = async (cloud: number, id: number): Promise<Node> =>
  asNode(await told(client.GET('/elsewhere/{folder_id}/items/{item_id}', { params: inside(cloud, id) })), cloud);
export const children = async (cloud: number, id: number): Promise<Node[]> =>
  (await told(client.GET('/elsewhere/{folder_id}/items/{item_id}/children', { params: inside(cloud, id) }))).items.map((one) => asNode(one, cloud));
export const createFolder = async (parent: Node, name: string): Promise<Node> =>
  asNode(await told(client.POST('/elsewhere/{folder_id}/items/{item_id}/children', { params: inside(parent.cloud!, parent.id), body: { name } })), parent.cloud!);
export const rename = async (node: Node, name: string): Promise<Node> =>
  asNode(await told(client.PATCH('/elsewhere/{folder_id}/items/{item_id}', { params: inside(node.cloud!, node.id), body: { name } })), node.cloud!);
/** Into the trash of its owner. */
export const remove = (node: Node) =>
  told(client.DELETE('/elsewhere/{folder_id}/items/{item_id}', { params: inside(node.cloud!, node.id) }));

// ------------------------------------------------------------------------------- wherever a node lies

/** A folder by its id: on another cloud, or one's own. */
export const folderAt = (id: number, cloud?: number): Promise<Node> => (cloud === undefined ? files.node(id) : item(cloud, id));

/** Raises the refusal `node-missing`. */
export async function childOf(folder: Node, name: string): Promise<Node> {
  if (folder.cloud === undefined) {
    const path = folder.path ?? (await files.node(folder.id)).path ?? '';
    return files.byPath(path ? `${path}/${name}` : name);
  }
  const key = name.normalize('NFC');
  const found = (await children(folder.cloud, folder.id)).find((node) => node.name.normalize('NFC') === key);
  if (!found) throw new Refusal({ type: 'about:blank', title: '', status: 404, code: 'node-missing', detail: '', advice: '' });
  return found;
}

export const makeFolder = (parent: Node, name: string): Promise<Node> =>
  parent.cloud === undefined ? files.createFolder(parent.id, name) : createFolder(parent, name);

/** Of the bytes. */
export const addressOf = ({ id, cloud }: Pick<Node, 'id' | 'cloud'>): string =>
  cloud === undefined ? files.contentAddress(id) : `${BASE}/elsewhere/${cloud}/items/${id}/content`;
/** Where the bytes of a new file go, or of a new version. */
export const newAddress = (cloud: number, parentId: number, name: string): string =>
  `${BASE}/elsewhere/${cloud}/items/${parentId}/children/${encodeURIComponent(name)}/content`;

export async function textOf({ id, cloud }: Pick<Node, 'id' | 'cloud'>): Promise<string> {
  if (cloud === undefined) return files.readText(id);
  return (await told(client.GET('/elsewhere/{folder_id}/items/{item_id}/content', { params: inside(cloud, id), parseAs: 'text' }))) as unknown as string;
}
export async function bytesOf({ id, cloud }: Pick<Node, 'id' | 'cloud'>): Promise<ArrayBuffer> {
  if (cloud === undefined) return files.readBytes(id);
  return (await told(client.GET('/elsewhere/{folder_id}/items/{item_id}/content', { params: inside(cloud, id), parseAs: 'arrayBuffer' }))) as unknown as ArrayBuffer;
}

// --------------------------------------------------------------------------------------------- as nodes

/** The opened folder itself. */
export const asFolder = (of: Cloud): Node => ({
  ...bare(of.id, of.item_id, of.name, 'folder', of.since),
  parent_id: null,
  author: of.owner,
});

export function asNode(of: ElsewhereItem, cloud: number): Node {
  const told = Date.parse(`${of.modified_at.replace(' ', 'T')}Z`);
  const changed = Number.isNaN(told) ? '' : new Date(told).toISOString();
  return {
    ...bare(cloud, of.id, of.name, of.kind, changed),
    parent_id: of.parent_id,
    size: of.size,
    mime: of.mime,
    number: of.number,
    etag: `"${of.number}"`,
    author: of.author,
  };
}

const bare = (cloud: number, id: number, name: string, kind: 'file' | 'folder', at: string): Node => ({
  id, cloud, name, kind, parent_id: null, size: 0, mime: '', number: 0, etag: '', hash: null, created_at: at, modified_at: at, changed_at: at,
});
