/** What people write about files and folders, and who did what with them. */
import { client, told } from './client';
import type { Act, Acts, Comment, Comments } from './schema';

export type { Act, Acts, Comment, Comments };

const at = (node_id: number) => ({ path: { node_id } });

export const comments = (node_id: number, cursor?: string): Promise<Comments> =>
  told(client.GET('/nodes/{node_id}/comments', { params: { ...at(node_id), query: { cursor } } }));
export const comment = (node_id: number, text: string): Promise<Comment> =>
  told(client.POST('/nodes/{node_id}/comments', { params: at(node_id), body: { text } }));
export const withdraw = (node_id: number, comment_id: string) =>
  told(client.DELETE('/nodes/{node_id}/comments/{comment_id}', { params: { path: { node_id, comment_id } } }));

export const activity = (node_id: number, cursor?: string): Promise<Acts> =>
  told(client.GET('/nodes/{node_id}/activity', { params: { ...at(node_id), query: { cursor } } }));
