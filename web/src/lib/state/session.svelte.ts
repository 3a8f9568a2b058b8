/** Who is signed in. A session that ended is asked for again, and whoever waits goes on. */
import { onLostSession } from '../api/client';
import * as people from '../api/people';
import { isRefusal } from '../api/problems';
import { forgetAll } from './memory';

type Standing = 'unknown' | 'in' | 'out' | 'lost';

class Session {
  #account = $state.raw<people.Account | null>(null);
  #standing = $state<Standing>('unknown');
  #waiting: (() => void)[] = [];

  get account(): people.Account | null {
    return this.#account;
  }
  get standing(): Standing {
    return this.#standing;
  }

  /** Ask the server who is there. Raises Offline. */
  async open(): Promise<void> {
    try {
      this.#enter(await people.session());
    } catch (error) {
      if (!isRefusal(error, 'not-admitted')) throw error;
      this.#standing = 'out';
    }
  }

  async signIn(login: string, password: string): Promise<void> {
    const account = await people.signIn(login, password);
    const before = this.#account;
    if (before && before.id !== account.id) location.reload(); // what waits is another person's
    else this.#enter(account);
  }

  async signOut(): Promise<void> {
    await people.signOut();
    if (this.#account) await forgetAll(this.#account.id).catch(() => undefined);
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

  #enter(account: people.Account): void {
    this.#account = account;
    this.#standing = 'in';
    localStorage.setItem('login', account.name);
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const go of waiting) go();
  }
}

export const session = new Session();
onLostSession(session.again);
