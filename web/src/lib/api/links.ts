/** Links: what is open to whoever holds a key. */
import { client, told } from './client';
import type { Link, LinkChange, NewLink } from './schema';

export type { Link, LinkChange };
export type LinkRole = Link['role'];

export const links = async (): Promise<Link[]> => (await told(client.GET('/links'))).links;
/** Those that open all of these. */
export const linksTo = async (node_ids: readonly number[]): Promise<Link[]> => {
  const found = (await told(client.GET('/links', { params: { query: { node_id: node_ids[0]! } } }))).links;
  return found.filter((link) => node_ids.every((id) => link.node_ids.includes(id)));
};
export const make = (body: NewLink): Promise<Link> => told(client.POST('/links', { body }));
const at = (link_id: number) => ({ path: { link_id } });
export const change = (link_id: number, body: LinkChange): Promise<Link> => told(client.PATCH('/links/{link_id}', { params: at(link_id), body }));
export const revoke = (link_id: number) => told(client.DELETE('/links/{link_id}', { params: at(link_id) }));

/** As it is reached from where one is: a proxy may know the server by another name. */
export const linkAddress = (link: Link): string => `${location.origin}/s/${link.key}`;
