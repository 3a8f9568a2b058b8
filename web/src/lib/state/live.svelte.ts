/**
 * What happens, as it happens: the journal by server-sent events, by polling where those do not come through, and
 * from the last cursor on after every break.
 */
import * as files from '../api/files';
import { sessionAgain } from '../api/client';
import * as people from '../api/people';
import { isRefusal } from '../api/problems';

export type News = { changes: files.Change[] } | 'reset';
type Listener = (news: News) => void;

const POLL = 10_000; // ms, the rhythm of the old desktop
const RETRY = 2_000; // ms
const GATHER = 60; // ms: a burst of changes is told at once
const HIDDEN = 30_000; // ms after which a page nobody looks at gives its connection back; HTTP/1.1 has six for all tabs

class Live {
  #connected = $state(true);
  #cursor: string | undefined;
  #source: EventSource | null = null;
  #opened = $state(0);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #listeners = new Set<Listener>();
  #gathered: files.Change[] = [];
  #flush: ReturnType<typeof setTimeout> | undefined;
  #hiding: ReturnType<typeof setTimeout> | undefined;
  #begin!: () => void;
  /** Resolves with the first cursor, or when there is none yet: what is read from then on misses no change. */
  readonly begun = new Promise<void>((begin) => (this.#begin = begin));
  #isBegun = false;

  /** Whether the server answered last time. */
  get isConnected(): boolean {
    return this.#connected;
  }

  /** How often we began to listen: more than once after every break. */
  get opened(): number {
    return this.#opened;
  }

  /** Returns the function that ends it. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** `isConnected`: whether anybody has heard of the server by now. */
  async start(isConnected: boolean): Promise<void> {
    this.#connected = isConnected;
    document.addEventListener('visibilitychange', () => this.#lookedAt());
    addEventListener('online', () => void this.tryNow());
    await this.#catchUp();
  }

  readonly tryNow = (): Promise<void> => {
    clearTimeout(this.#timer);
    return this.#catchUp();
  };

  /** Read what happened since, then listen; the cursor makes both one story. */
  async #catchUp(): Promise<void> {
    this.#close();
    const late = this.#isBegun && this.#cursor === undefined; // the first try failed, and something was read without it
    try {
      for (let more = true; more; ) {
        const page = await files.changes(this.#cursor);
        this.#cursor = page.cursor;
        more = page.more;
        if (page.reset || late) this.#tell('reset');
        else if (page.changes.length) this.#tell({ changes: page.changes });
      }
      this.#connected = true;
      this.#open();
    } catch (error) {
      this.#connected = isRefusal(error);
      this.#timer = setTimeout(() => this.#catchUp(), RETRY);
    } finally {
      this.#isBegun = true;
      this.#begin();
    }
  }

  #open(): void {
    if (document.hidden) return;
    const source = new EventSource(files.liveAddress(this.#cursor));
    this.#source = source;
    source.onopen = () => {
      this.#connected = true;
      this.#opened += 1;
    };
    source.addEventListener('change', (event) => {
      this.#cursor = event.lastEventId;
      this.#gather(JSON.parse(event.data as string) as files.Change);
    });
    source.addEventListener('reset', (event) => {
      this.#cursor = event.lastEventId;
      this.#tell('reset');
    });
    source.onerror = () => {
      if (source.readyState === EventSource.CLOSED) void this.#refused();
      else this.#again(RETRY); // ours instead of the browser's: it also finds out whether the session is gone
    };
  }

  /** An answer that is no stream: nobody is signed in any more, or something in between cuts streams. */
  async #refused(): Promise<void> {
    this.#close();
    try {
      await people.session();
      this.#again(POLL);
    } catch (error) {
      this.#connected = isRefusal(error);
      if (isRefusal(error, 'not-admitted')) await sessionAgain();
      this.#again(RETRY);
    }
  }

  #again(wait: number): void {
    this.#close();
    this.#timer = setTimeout(() => this.#catchUp(), wait);
  }

  #close(): void {
    this.#source?.close();
    this.#source = null;
    clearTimeout(this.#timer);
  }

  #lookedAt(): void {
    clearTimeout(this.#hiding);
    if (document.hidden) this.#hiding = setTimeout(() => this.#close(), HIDDEN);
    else if (!this.#source) void this.tryNow();
  }

  #gather(change: files.Change): void {
    this.#gathered.push(change);
    this.#flush ??= setTimeout(() => {
      const changes = this.#gathered;
      this.#gathered = [];
      this.#flush = undefined;
      this.#tell({ changes });
    }, GATHER);
  }

  #tell(news: News): void {
    for (const listener of this.#listeners) listener(news);
  }
}

export const live = new Live();
