/**
 * What is in a folder on another cloud, or which such folders there are. Nobody tells of changes there: it is read
 * again every now and then while somebody looks.
 */
import * as api from '../api/clouds';
import type { Cloud } from '../api/clouds';
import type { Node, Order } from '../api/files';
import { isRefusal } from '../api/problems';
import { clouds } from './clouds.svelte';
import { onKnown, type Known } from './known';
import type { Standing } from './listing.svelte';
import { comparison } from './order';
import type { CloudPlace } from './places';

const AGAIN = 20_000; // ms, as the old desktop asked for its calendars
const DEEPEST = 100; // folders above one: a cloud that tells of a circle must not be followed for ever

/** Names of folders that were seen on the way down, so that nobody is asked for them again. */
const seen = new Map<string, Node>();
const keyOf = ({ cloud, id }: Pick<Node, 'cloud' | 'id'>) => `${cloud} ${id}`;

export class CloudListing {
  #entries = $state.raw<readonly Node[]>([]);
  #way = $state.raw<readonly Node[]>([]);
  #standing = $state<Standing>('loading');
  #error = $state.raw<unknown>(null);
  #order = $state.raw<Order>({ by: 'name', descending: false });
  #all = $derived(clouds.list.map(asEntry).sort(comparison(this.#order)));
  #readAt = $state<string | null>(null);
  #reading = 0;
  #timer: ReturnType<typeof setInterval>;
  #end: () => void;

  constructor(readonly place: CloudPlace) {
    this.#end = onKnown((known) => this.#learn(known));
    this.#timer = setInterval(() => document.hidden || void this.reload(), AGAIN);
    document.addEventListener('visibilitychange', this.#lookedAt);
    void this.reload();
  }

  /** Whose folder it is, as one has it; undefined in the list of them all. */
  get cloud(): Cloud | undefined {
    return this.place.kind === 'cloud' ? clouds.get(this.place.folder) : undefined;
  }
  /** Where one may put things; null: one may only look. */
  get folder(): Node | null {
    return this.cloud && this.cloud.role !== 'viewer' && this.#standing === 'ready' ? (this.#way.at(-1) ?? null) : null;
  }
  /** From the opened folder down to this one. */
  get way(): readonly Node[] {
    return this.#way;
  }
  get entries(): readonly Node[] {
    return this.place.kind === 'clouds' ? this.#all : this.#entries;
  }
  get standing(): Standing {
    return this.#standing;
  }
  /** Why it could not be read the last time; the entries are those of before. */
  get error(): unknown {
    return this.#error;
  }
  /** When the entries were true. */
  get readAt(): string | null {
    return this.#readAt;
  }
  get order(): Order {
    return this.#order;
  }
  set order(order: Order) {
    this.#order = order;
    this.#show(this.#entries);
  }
  get isWhole(): boolean {
    return this.#standing === 'ready';
  }
  remark(): undefined {
    return undefined;
  }
  more(): Promise<void> {
    return Promise.resolve();
  }

  readonly reload = async (): Promise<void> => {
    const reading = ++this.#reading;
    try {
      await clouds.ask();
      const { place } = this;
      const [entries, way] = place.kind === 'cloud' ? await read(place.folder, place.item) : [[], []];
      if (reading !== this.#reading) return;
      this.#way = way;
      this.#show(entries);
      this.#error = null;
      this.#readAt = new Date().toISOString();
      this.#standing = 'ready';
    } catch (error) {
      if (reading !== this.#reading) return;
      this.#error = error;
      if (isRefusal(error, 'node-missing', 'wrong-kind', 'not-allowed')) {
        this.#entries = [];
        this.#standing = 'gone';
      } else if (this.#standing !== 'ready') this.#standing = 'failed';
      await clouds.ask().catch(() => undefined); // how it stands is known now
    }
  };

  close(): void {
    this.#reading += 1;
    clearInterval(this.#timer);
    document.removeEventListener('visibilitychange', this.#lookedAt);
    this.#end();
  }

  readonly #lookedAt = () => {
    if (!document.hidden) void this.reload();
  };

  #learn({ cloud, put, gone }: Known): void {
    if (this.place.kind !== 'cloud' || cloud !== this.place.folder) return;
    const left = new Set(gone);
    const others = this.#entries.filter((entry) => !left.has(entry.id) && entry.id !== put?.id);
    this.#show(put && put.parent_id === this.#way.at(-1)?.id ? [...others, put] : others);
  }

  #show(entries: readonly Node[]): void {
    this.#entries = [...entries].sort(comparison(this.#order));
  }
}

/** The entries of a folder, and the folders down to it. */
async function read(folderId: number, itemId: number | null): Promise<[Node[], Node[]]> {
  const cloud = clouds.get(folderId) ?? (await api.cloud(folderId));
  const top = api.asFolder(cloud);
  const here = itemId ?? top.id;
  const [entries, way] = await Promise.all([api.children(cloud.id, here), wayTo(top, here)]);
  for (const entry of entries) seen.set(keyOf(entry), entry);
  return [entries, way];
}

async function wayTo(top: Node, itemId: number): Promise<Node[]> {
  const way: Node[] = [];
  for (let id: number | null = itemId; id !== null && id !== top.id && way.length < DEEPEST; ) {
    const node: Node = seen.get(keyOf({ cloud: top.cloud, id })) ?? (await api.item(top.cloud!, id));
    seen.set(keyOf(node), node);
    way.unshift(node);
    id = node.parent_id;
  }
  return [top, ...way];
}

/** In the list of all: by its own id, for two clouds may have given the same. */
const asEntry = (cloud: Cloud): Node => ({ ...api.asFolder(cloud), id: cloud.id });
