/** Apps as their developers see them. */
import { client, told } from './client';
import type { App, AppChange, AppPlanSize, AppSecrets, AppToken, AppUser, DayOfUse, NewApp, NewTestUser } from './schema';

export type { App, AppChange, AppPlanSize, AppSecrets, AppToken, AppUser, DayOfUse, NewApp };
export type Kind = App['kind'];
export const KINDS: readonly Kind[] = ['cloudfs', 'stacksync', 'u1db', 'oauth2'];
export type Plan = App['plan'];

const at = (app_key: string) => ({ path: { app_key } });

export const apps = async (): Promise<App[]> => (await told(client.GET('/apps'))).apps;
export const app = (key: string): Promise<App> => told(client.GET('/apps/{app_key}', { params: at(key) }));
export const make = (body: NewApp): Promise<AppSecrets> => told(client.POST('/apps', { body }));
export const change = (key: string, body: AppChange): Promise<App> => told(client.PATCH('/apps/{app_key}', { params: at(key), body }));
export const remove = (key: string) => told(client.DELETE('/apps/{app_key}', { params: at(key) }));
export const rotate = (key: string, which: 'secret' | 'admin_secret'): Promise<AppSecrets> =>
  told(client.POST('/apps/{app_key}/secret', { params: at(key), body: { which } }));

export const users = (key: string, after = 0) => told(client.GET('/apps/{app_key}/users', { params: { ...at(key), query: { after } } }));
export const addUser = (key: string, body: NewTestUser): Promise<AppUser> => told(client.POST('/apps/{app_key}/users', { params: at(key), body }));
export const removeUser = (key: string, account_id: number) =>
  told(client.DELETE('/apps/{app_key}/users/{account_id}', { params: { path: { app_key: key, account_id } } }));

export const usage = async (key: string): Promise<DayOfUse[]> => (await told(client.GET('/apps/{app_key}/usage', { params: at(key) }))).days;
export const tokens = (key: string, after = 0) => told(client.GET('/apps/{app_key}/tokens', { params: { ...at(key), query: { after } } }));
export const endToken = (key: string, grant_id: number) =>
  told(client.DELETE('/apps/{app_key}/tokens/{grant_id}', { params: { path: { app_key: key, grant_id } } }));
export const endTokens = (key: string) => told(client.DELETE('/apps/{app_key}/tokens', { params: at(key) }));

export const plans = async (): Promise<AppPlanSize[]> => (await told(client.GET('/app-plans'))).plans;
export const resizePlan = async (app_plan: Plan, users: number | null): Promise<AppPlanSize[]> =>
  (await told(client.PATCH('/app-plans/{app_plan}', { params: { path: { app_plan } }, body: { users } }))).plans;

const FACES = { cloudfs: '/v2', stacksync: '/v1', u1db: '/' };
/** Where a program of this kind speaks to this cloud. */
export const endpoint = (kind: keyof typeof FACES): string => `${location.origin}${FACES[kind]}`;
