/** All databases of documents: those of the server, and those that this browser has a replica of. */
import * as api from '../api/databases';
import type { Database } from '../api/databases';
import { LocalDatabase } from './database.svelte';
import { DOCUMENTS_WAIT } from './known';
import { live, type News } from './live.svelte';
import { drop, keep, kept, type Kept } from './replicas';
import { session } from './session.svelte';

const MOMENT = 3_000; // ms
const LOOK = 100; // ms

/** A line of the list; without `far` the server was not asked yet or has it no longer. */
export interface Listed {
  id: number;
  name: string;
  far: Database | null;
}

class Databases {
  #far = $state.raw<readonly Database[] | null>(null);
  #kept = $state.raw<readonly Kept[]>([]);
  #failure = $state.raw<unknown>(null);
  #open = new Map<number, Promise<LocalDatabase>>();
  #local = $state.raw<readonly LocalDatabase[]>([]);
  #started: Promise<void> | undefined;

  get isRead(): boolean {
    return this.#far !== null;
  }
  get failure(): unknown {
    return this.#failure;
  }
  get list(): readonly Listed[] {
    const far = this.#far ?? [];
    const here = this.#kept.filter(({ id }) => !far.some((one) => one.id === id)).map(({ id, name }) => ({ id, name, far: null }));
    return [...far.map((one) => ({ id: one.id, name: one.name, far: one })), ...here].sort((a, b) => (a.name < b.name ? -1 : 1));
  }
  /** Those that are open in this window. */
  local(id: number): LocalDatabase | undefined {
    return this.#local.find((one) => one.id === id);
  }
  isKept(id: number): boolean {
    return this.#kept.some((one) => one.id === id);
  }
  get waiting(): number {
    return this.#local.reduce((sum, one) => sum + one.waiting, 0);
  }

  /** Once; what waits from another visit is sent then. */
  start(): Promise<void> {
    return (this.#started ??= this.#start());
  }
  async #start(): Promise<void> {
    live.listen((news) => this.#hear(news));
    $effect.root(() => {
      $effect(() => {
        if (live.isConnected) for (const one of this.#local) one.sync();
      });
      $effect(() => {
        if (this.waiting) localStorage.setItem(DOCUMENTS_WAIT, 'yes');
        else localStorage.removeItem(DOCUMENTS_WAIT);
      });
    });
    this.#kept = await kept(session.account!.id);
    await this.read();
    for (const { id, name } of this.#kept) {
      const local = await this.open(id, name);
      if (local.waiting) local.sync();
    }
  }

  async read(): Promise<void> {
    try {
      this.#far = await api.list();
      this.#failure = null;
      await this.#forgetRemoved();
    } catch (error) {
      this.#failure = error;
    }
  }

  /** The replica of a database, made with the first look at it. */
  open(id: number, name: string): Promise<LocalDatabase> {
    const known = this.#open.get(id);
    if (known) return known;
    const opened = this.#make({ id, name, accountId: session.account!.id });
    this.#open.set(id, opened);
    opened.catch(() => this.#open.delete(id));
    return opened;
  }
  async #make(one: Kept): Promise<LocalDatabase> {
    const local = await LocalDatabase.of(one.id, one.name, await keep(one));
    if (!this.isKept(one.id)) this.#kept = [...this.#kept, one];
    this.#local = [...this.#local, local];
    local.sync();
    return local;
  }

  async create(name: string): Promise<Database> {
    const made = await api.create(name);
    this.#far = [...(this.#far ?? []).filter(({ id }) => id !== made.id), made];
    return made;
  }

  /** For good, here and everywhere. */
  async remove({ id, name, far }: Listed): Promise<void> {
    if (far) await api.remove(name);
    this.#far = (this.#far ?? []).filter((one) => one.id !== id);
    await this.#drop(id);
  }

  /** One that was removed elsewhere while changes waited here: under its name again, with what this browser has. */
  async makeAgain({ id, name }: Listed): Promise<Database> {
    const before = await this.open(id, name);
    const made = await this.create(name);
    const local = await this.open(made.id, name);
    for (const { docId, isDeleted } of before.list) {
      const document = await before.replica.get(docId);
      if (!isDeleted && document?.text != null && !(await local.replica.get(docId))) await local.put(docId, null, document.text);
    }
    await this.#drop(id);
    return made;
  }

  async #drop(id: number): Promise<void> {
    const one = this.#kept.find((each) => each.id === id);
    if (!one) return;
    const local = await this.open(id, one.name);
    this.#kept = this.#kept.filter((each) => each !== one);
    this.#local = this.#local.filter((each) => each !== local);
    this.#open.delete(id);
    local.close();
    await drop(one, local.replica);
  }

  /** What was removed elsewhere goes here too, unless something of it was never sent. */
  async #forgetRemoved(): Promise<void> {
    for (const { id, name } of this.#kept.filter((one) => !this.#far!.some((far) => far.id === one.id))) {
      const local = await this.open(id, name);
      local.lose();
      if (local.waiting === 0) await this.#drop(id);
    }
  }

  #hear(news: News): void {
    if (news === 'reset') {
      void this.read();
      for (const one of this.#local) one.sync();
      return;
    }
    const changed = new Set(news.changes.filter(({ object }) => object === 'document').map((change) => change.object_id));
    for (const id of changed) this.local(id)?.sync();
    if (news.changes.some(({ object }) => object === 'database')) void this.read();
    else if (changed.size) this.#reread();
  }

  /** How many changes the server does not know, after a moment to send them. */
  async unsent(): Promise<number> {
    await this.start();
    for (const one of this.#local) if (one.waiting) one.sync();
    for (const until = Date.now() + MOMENT; this.waiting && Date.now() < until; ) await new Promise((done) => setTimeout(done, LOOK));
    return this.waiting;
  }

  /** Nothing of the account stays in this browser. */
  async forget(): Promise<void> {
    await this.start();
    for (const { id } of this.#kept) await this.#drop(id);
    localStorage.removeItem(DOCUMENTS_WAIT);
  }

  #rereading: ReturnType<typeof setTimeout> | undefined;
  /** The counts of the list, once for a burst of changes. */
  #reread(): void {
    this.#rereading ??= setTimeout(() => {
      this.#rereading = undefined;
      void this.read();
    }, 1_000);
  }
}

export const databases = new Databases();
