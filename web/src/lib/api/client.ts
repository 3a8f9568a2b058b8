/** The one door to the server: typed by its OpenAPI document, patient when the session was lost. */
import createClient from 'openapi-fetch';
import { Offline, Refusal } from './problems';
import type { paths, Problem } from './schema';

export const BASE = '/api/v1';

const AWAY = [502, 503, 504]; // without a word of ours: a proxy says that the server is away

let signedInAgain: () => Promise<void> = () => Promise.reject(new Offline());

/** Told once by the session: how to wait until the person has signed in again. */
export function onLostSession(wait: () => Promise<void>): void {
  signedInAgain = wait;
}

/** Resolves when there is a session again; for those who talk to the server by themselves, like uploads. */
export const sessionAgain = (): Promise<void> => signedInAgain();

const askedBySession = (request: Request) =>
  new URL(request.url).pathname === `${BASE}/session` && request.method !== 'DELETE';

/** What public/early.js has asked already; each answer serves once. */
async function asked(request: Request): Promise<Response | undefined> {
  const { early } = globalThis as { early?: Map<string, Promise<Response | undefined>> };
  if (!early?.size || request.method !== 'GET') return undefined;
  const { pathname, search } = new URL(request.url);
  const answer = early.get(pathname + search);
  early.delete(pathname + search);
  const response = await answer;
  return response?.ok || askedBySession(request) ? response : undefined;
}

async function patientFetch(request: Request): Promise<Response> {
  const early = await asked(request);
  if (early) return early;
  for (;;) {
    let response: Response;
    try {
      response = await fetch(request.clone());
    } catch (error) {
      if (request.signal.aborted) throw error;
      throw new Offline();
    }
    if (response.status !== 401 || askedBySession(request)) return response;
    await signedInAgain();
  }
}

export const client = createClient<paths>({ baseUrl: BASE, fetch: patientFetch });

type Told<T> = { data?: T; error?: unknown; response: Response };

/** The answer, or a Refusal. */
export async function told<T>(call: Promise<Told<T>>): Promise<T> {
  const { data, error, response } = await call;
  if (response.ok) return data as T;
  if (AWAY.includes(response.status) && !isProblem(error)) throw new Offline();
  throw new Refusal(isProblem(error) ? error : unexplained(response));
}

const isProblem = (value: unknown): value is Problem => typeof value === 'object' && value !== null && 'code' in value;

/** A proxy in between answered, or the server broke. */
const unexplained = (response: Response): Problem => ({
  type: 'about:blank',
  title: response.statusText,
  status: response.status,
  code: 'error',
  detail: `${response.status} ${response.statusText}.`,
  advice: response.status >= 500 ? 'Try again in a moment.' : '',
});

