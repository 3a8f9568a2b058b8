/** Accounts, sessions and passwords. */
import { client, told } from './client';
import type { Account, ConnectedApp, Desk, Grant, NewAppPassword, Profile, SetUp } from './schema';

export type { Account, ConnectedApp, Desk, Grant };

export const session = async (): Promise<Account> => (await told(client.GET('/session'))).account;
export const signIn = async (login: string, password: string): Promise<Account> =>
  (await told(client.POST('/session', { body: { login, password, cookie: true, token: false } }))).account;
export const signOut = () => told(client.DELETE('/session'));
/** Whether anybody may make an account. */
export const isOpen = async (): Promise<boolean> => (await told(client.GET('/signup'))).mode === 'open';
export const setUp = (body: SetUp) => told(client.POST('/setup', { body }));

export const sessions = async (): Promise<Grant[]> => (await told(client.GET('/sessions'))).grants;
export const endSession = (grant_id: number) =>
  told(client.DELETE('/sessions/{grant_id}', { params: { path: { grant_id } } }));

export const changeProfile = (body: Profile) => told(client.PATCH('/me', { body }));
export const changePassword = (old: string, next: string) =>
  told(client.POST('/me/password', { body: { old, new: next } }));

export const appPasswords = async (): Promise<Grant[]> => (await told(client.GET('/app-passwords'))).grants;
export const makeAppPassword = async (body: NewAppPassword): Promise<string> =>
  (await told(client.POST('/app-passwords', { body }))).secret;
export const takeBackAppPassword = (grant_id: number) =>
  told(client.DELETE('/app-passwords/{grant_id}', { params: { path: { grant_id } } }));

/** Programs one has let in. */
export const apps = async (): Promise<ConnectedApp[]> => (await told(client.GET('/me/apps'))).apps;
export const disconnect = (app_key: string) => told(client.DELETE('/me/apps/{app_key}', { params: { path: { app_key } } }));

/** Desks of eyeOS's kind: one's calendars there can be opened to this account. */
export const desks = async (): Promise<Desk[]> => (await told(client.GET('/me/desks'))).desks;
export const connectDesk = (app_key: string): Promise<Desk> =>
  told(client.PUT('/me/desks/{app_key}', { params: { path: { app_key } } }));
