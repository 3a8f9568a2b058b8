/** Folders that are open to other people. */
import { client, told } from './client';
import type { Member, Node, Opened, RoleChange, Share, ShareInvitation, Shares } from './schema';

export type { Member, Opened, Share, ShareInvitation, Shares };
export type Role = Member['role'];
/** The owner's cannot be given. */
export type GivenRole = RoleChange['role'];
export const ROLES: readonly GivenRole[] = ['viewer', 'editor', 'co-owner'];

const at = (node_id: number) => ({ path: { node_id } });

export const shares = (): Promise<Shares> => told(client.GET('/shares'));
export const members = async (node_id: number): Promise<Member[]> =>
  (await told(client.GET('/nodes/{node_id}/members', { params: at(node_id) }))).members;
/** To account names and e-mail addresses; an address without an account is invited. */
export const open = (node_id: number, to: string[], role: GivenRole): Promise<Opened> =>
  told(client.POST('/nodes/{node_id}/members', { params: at(node_id), body: { to, role } }));
export const setRole = (node_id: number, account_id: number, role: GivenRole): Promise<Member> =>
  told(client.PATCH('/nodes/{node_id}/members/{account_id}', { params: { path: { node_id, account_id } }, body: { role } }));
/** Also the way to leave. */
export const remove = (node_id: number, account_id: number) =>
  told(client.DELETE('/nodes/{node_id}/members/{account_id}', { params: { path: { node_id, account_id } } }));

export const invitations = async (node_id: number): Promise<ShareInvitation[]> =>
  (await told(client.GET('/nodes/{node_id}/invitations', { params: at(node_id) }))).invitations;
export const withdraw = (node_id: number, invitation_id: string) =>
  told(client.DELETE('/nodes/{node_id}/invitations/{invitation_id}', { params: { path: { node_id, invitation_id } } }));

/** The secret stands behind the hash: it reaches no log of a server or proxy. */
export const invitationAddress = (secret: string): string => `${location.origin}/shared#${secret}`;
export const invitation = (secret: string) => told(client.POST('/shares/invitation', { body: { secret } }));
export const accept = (secret: string): Promise<Node> => told(client.POST('/shares/accept', { body: { secret } }));
