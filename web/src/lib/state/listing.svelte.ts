/** The entries of one place, fetched page by page and kept right by the journal. */
import * as files from '../api/files';
import type { Node, Order, Remark } from '../api/files';
import { isRefusal } from '../api/problems';
import { onKnown, type Known } from './known';
import { live, type News } from './live.svelte';
import { comparison } from './order';
import type { OwnPlace } from './places';
import { shares } from './shares.svelte';

export type Standing = 'loading' | 'ready' | 'gone' | 'failed';

const EAGER = 10_000; // entries fetched without being asked for: selecting all and jumping to a name then need no wait
const SINGLY = 12; // changed entries asked for one by one; with more of them the folder is read anew
const PAUSE = 700; // ms between two readings anew while changes pour in

export class Listing {
  #place = $state.raw<OwnPlace>()!;
  #folder = $state.raw<Node | null>(null);
  #entries = $state.raw<readonly Node[]>([]);
  #standing = $state<Standing>('loading');
  #error = $state.raw<unknown>(null);
  #order = $state.raw<Order>({ by: 'name', descending: false });
  #next = $state.raw<string | null>(null);
  #remarks = $state.raw<ReadonlyMap<number, Remark>>(new Map());
  #reading = 0;
  #again: ReturnType<typeof setTimeout> | undefined;
  #ends: (() => void)[];

  constructor(place: OwnPlace) {
    this.#place = place;
    this.#ends = [live.listen((news) => this.#hear(news)), onKnown((known) => this.#learn(known))];
    void this.reload();
  }

  get place(): OwnPlace {
    return this.#place;
  }
  /** The folder itself; null in the trash and in search. */
  get folder(): Node | null {
    return this.#folder;
  }
  get entries(): readonly Node[] {
    return this.#entries;
  }
  get standing(): Standing {
    return this.#standing;
  }
  get error(): unknown {
    return this.#error;
  }
  get order(): Order {
    return this.#order;
  }
  /** By what somebody wrote this was found; its name does not say it. */
  remark(node: Pick<Node, 'id'>): Remark | undefined {
    return this.#remarks.get(node.id);
  }
  /** Whether every entry is here. */
  get isWhole(): boolean {
    return this.#next === null && this.#standing === 'ready';
  }

  set order(order: Order) {
    this.#order = order;
    if (this.isWhole) this.#show(this.#entries);
    else void this.reload();
  }

  readonly reload = async (): Promise<void> => {
    const reading = ++this.#reading;
    try {
      await this.#readAll(reading);
    } catch (error) {
      if (reading !== this.#reading) return;
      this.#error = error;
      if (isRefusal(error, 'node-missing', 'wrong-kind')) this.#standing = 'gone';
      else if (this.#standing === 'loading') this.#standing = 'failed';
    }
  };

  /** The next page, when somebody scrolls towards it. */
  async more(): Promise<void> {
    const reading = this.#reading;
    if (this.#next === null || this.#standing !== 'ready') return;
    this.#standing = 'loading';
    try {
      await this.#take(reading, await this.#page(this.#next), this.#entries, 0);
    } finally {
      if (reading === this.#reading) this.#standing = 'ready';
    }
  }

  close(): void {
    this.#reading += 1;
    clearTimeout(this.#again);
    for (const end of this.#ends) end();
  }

  async #readAll(reading: number): Promise<void> {
    await live.begun; // what happens after this is told
    const known = this.#entries.length;
    const enough = this.#place.kind === 'search' ? known : Math.max(known, EAGER);
    if (this.#place.kind === 'folder' && !this.#folder) {
      const { folder, ...page } = await files.folder(this.#place.path, this.#order);
      if (reading !== this.#reading) return;
      this.#settle(folder);
      return this.#take(reading, page, [], enough);
    }
    if (this.#folder) {
      const folder = await files.node(this.#folder.id);
      if (reading !== this.#reading) return;
      this.#settle(folder);
    }
    await this.#take(reading, await this.#page(), [], enough, known === 0);
  }

  /** Go on from this page until `enough` entries are here; `early`: show each page as it comes. */
  async #take(reading: number, page: files.Nodes, before: readonly Node[], enough: number, early = true): Promise<void> {
    let entries = before;
    for (;;) {
      if (reading !== this.#reading) return;
      entries = entries.length ? [...entries, ...page.nodes] : page.nodes;
      if (!page.next || entries.length >= enough) break;
      if (early) {
        this.#next = page.next;
        this.#entries = entries;
        this.#standing = 'ready';
      }
      page = await this.#page(page.next);
    }
    this.#next = page.next;
    this.#standing = 'ready';
    this.#show(entries);
  }

  #page(cursor?: string): Promise<files.Nodes> {
    if (this.#place.kind === 'trash') return files.trashed(cursor);
    if (this.#place.kind === 'shared') return sharedWithMe();
    if (this.#place.kind === 'search') return this.#find(this.#place.text, cursor);
    return files.children(this.#folder!.id, this.#order, cursor);
  }

  async #find(text: string, cursor?: string): Promise<files.Nodes> {
    const found = await files.search(text, cursor);
    this.#remarks = new Map([...this.#remarks, ...found.comments.map((remark) => [remark.node_id, remark] as const)]);
    return found;
  }

  /** In the order of the person when all are here, in that of the server until then. */
  #show(entries: readonly Node[]): void {
    const sorts = this.#place.kind === 'folder' && this.#next === null;
    this.#entries = sorts ? [...entries].sort(comparison(this.#order)) : entries;
  }

  #settle(folder: Node): void {
    if (folder.kind !== 'folder' || folder.trashed_at) {
      this.#standing = 'gone';
      return;
    }
    this.#folder = folder;
    if (folder.path !== undefined) this.#place = { kind: 'folder', path: folder.path };
  }

  // ------------------------------------------------------------------------------------- what happens elsewhere

  #learn({ cloud, put, gone }: Known): void {
    if (cloud !== undefined) return;
    if (gone) this.#drop(new Set(gone));
    if (!put) return;
    const belongs = this.#place.kind === 'folder' && put.parent_id === this.#folder?.id && !put.trashed_at;
    if (belongs) this.#put(put);
    else if (this.#place.kind === 'folder' || this.#place.kind === 'trash') this.#drop(new Set([put.id])); // moved away, or back from the trash
  }

  #hear(news: News): void {
    if (news === 'reset' || this.#place.kind !== 'folder') return this.#soon();
    const folder = this.#folder;
    if (!folder) return;
    const here = new Map(this.#entries.map((entry) => [entry.id, entry.number]));
    const left = new Set<number>();
    const came = new Set<number>();
    let moved = false;
    for (const change of news.changes) {
      if (change.object === 'comment') continue; // the entry itself is as it was
      const id = change.object_id;
      if ((here.get(id) ?? 0) > change.version) continue; // an answer told us of a later state already
      moved ||= change.kind === 'folder' && change.verb !== 'create';
      const stays = change.new_parent_id === folder.id || (change.old_parent_id === null && here.has(id));
      if (stays) {
        came.add(id);
        left.delete(id);
      } else if (here.has(id)) {
        came.delete(id);
        left.add(id);
      }
    }
    this.#drop(left);
    if (came.size > SINGLY) this.#soon();
    else void Promise.all([...came].map((id) => this.#fetch(id)));
    if (moved) void this.#refreshFolder(folder.id); // it may have been renamed, or one above it
  }

  async #fetch(id: number): Promise<void> {
    try {
      this.#learn({ put: await files.node(id) });
    } catch (error) {
      if (isRefusal(error, 'node-missing')) this.#drop(new Set([id]));
    }
  }

  async #refreshFolder(id: number): Promise<void> {
    try {
      this.#settle(await files.node(id));
    } catch (error) {
      if (isRefusal(error, 'node-missing')) this.#standing = 'gone';
    }
  }

  #soon(): void {
    this.#again ??= setTimeout(() => {
      this.#again = undefined;
      void this.reload();
    }, PAUSE);
  }

  #put(node: Node): void {
    const known = this.#entries.find((entry) => entry.id === node.id);
    if (known && known.number > node.number) return; // an answer that was on its way while another change happened
    if (known) this.#show(this.#entries.map((entry) => (entry.id === node.id ? node : entry)));
    else if (this.#next === null) this.#show([...this.#entries, node]);
    if (this.#standing === 'loading') this.#standing = 'ready';
  }

  #drop(ids: ReadonlySet<number>): void {
    if (this.#entries.some((entry) => ids.has(entry.id))) {
      this.#entries = this.#entries.filter((entry) => !ids.has(entry.id));
    }
  }
}

async function sharedWithMe(): Promise<files.Nodes> {
  await shares.ask();
  return { nodes: shares.withMe.map((share) => share.node), next: null };
}
