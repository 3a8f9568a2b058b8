/**
 * Who is signed in. A session that ended is asked for again, and whoever waits goes on. While the server cannot be asked
 * it is whoever was there last: what this browser has of theirs is theirs without it too.
 */
import { onLostSession } from '../api/client';
import * as people from '../api/people';
import { isRefusal, Offline } from '../api/problems';

type Standing = 'unknown' | 'in' | 'out' | 'lost' | 'leaving';

const LAST = 'account'; // of localStorage: no secret, and gone when they sign out
const PATIENCE = 5_000; // ms for an answer, where somebody was there before
const others = new BroadcastChannel('nuvol-session');

class Session {
  #account = $state.raw<people.Account | null>(null);
  #standing = $state<Standing>('unknown');
  #isSure = $state(true);
  #waiting: (() => void)[] = [];

  constructor() {
    others.onmessage = () => location.assign('/'); // signed out in another window
  }

  get account(): people.Account | null {
    return this.#account;
  }
  get standing(): Standing {
    return this.#standing;
  }
  /** Whether the server has said so. Without that only the name and the id count. */
  get isSure(): boolean {
    return this.#isSure;
  }

  /** Ask the server who is there. Raises Offline when it cannot be asked and nobody was there before. */
  async open(): Promise<void> {
    const last = remembered();
    try {
      this.#enter(await (last ? soon(people.session()) : people.session()));
    } catch (error) {
      if (isRefusal(error, 'not-admitted')) this.#leave();
      else if (error instanceof Offline && last) {
        this.#isSure = false;
        this.#account = last;
        this.#standing = 'in';
      } else throw error;
    }
  }

  /** The server can be asked again. A session that ended meanwhile is asked for by whoever needs it. */
  async confirm(): Promise<void> {
    const account = await people.session().catch(() => null);
    if (account) this.#take(account);
  }

  async signIn(login: string, password: string): Promise<void> {
    this.#take(await people.signIn(login, password));
  }

  /** Nothing is asked for any more; `forget` takes away what this browser has. */
  async signOut(forget: (accountId: number) => Promise<void>): Promise<void> {
    const { id } = this.#account!;
    await people.signOut();
    this.#standing = 'leaving';
    localStorage.removeItem(LAST);
    others.postMessage('out');
    await forget(id);
    location.assign('/');
  }

  keep(account: people.Account): void {
    this.#account = account;
  }

  /** Resolves when the person has signed in again. */
  readonly again = (): Promise<void> => {
    if (this.#standing === 'in') this.#standing = 'lost';
    return new Promise((go) => this.#waiting.push(go));
  };

  #take(account: people.Account): void {
    const before = this.#account;
    if (before && before.id !== account.id) location.reload(); // what waits is another person's
    else this.#enter(account);
  }

  #enter(account: people.Account): void {
    this.#account = account;
    this.#standing = 'in';
    this.#isSure = true;
    localStorage.setItem('login', account.name);
    localStorage.setItem(LAST, JSON.stringify({ id: account.id, name: account.name }));
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const go of waiting) go();
  }

  #leave(): void {
    localStorage.removeItem(LAST);
    this.#standing = 'out';
  }
}

/** Who was there last; what only the server knows of them is empty. */
function remembered(): people.Account | null {
  try {
    const { id, name } = JSON.parse(localStorage.getItem(LAST)!) as { id: number; name: string };
    return { id, name, email: '', admin: false, active: true, quota: null, used: 0, root_id: 0, created_at: '', locale: '', zone: '' };
  } catch {
    return null;
  }
}

/** Raises Offline when it takes too long: a network that swallows everything says nothing. */
const soon = <T>(asked: Promise<T>): Promise<T> => Promise.race([asked, new Promise<never>((_, fail) => setTimeout(() => fail(new Offline()), PATIENCE))]);

export const session = new Session();
onLostSession(session.again);
