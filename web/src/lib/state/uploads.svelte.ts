/** The queue of uploads: a few at a time, through breaks of the connection, of the session and of the page. */
import { sessionAgain } from '../api/client';
import { childOf, folderAt } from '../api/clouds';
import * as files from '../api/files';
import type { Node } from '../api/files';
import { isRefusal, Offline } from '../api/problems';
import type { Sent } from '../api/sending';
import { Clashes } from '../actions/placing';
import { nextName } from '../words/format';
import { t } from '../words/words.svelte';
import type { Arrivals } from './arrivals';
import { whenGone } from './alone';
import { keeping } from './keeping';
import { tell } from './known';
import { live } from './live.svelte';
import * as memory from './memory';
import { fits, makeFolders, record, type How } from './preparing';
import { session } from './session.svelte';
import { Speed } from './speed.svelte';
import { toasts } from './toasts.svelte';
import { UploadItem, type Stage } from './upload.svelte';

const AT_A_TIME = 3; // of the six connections HTTP/1.1 gives to one host; one more holds the live stream
const AGAIN = 2_000; // ms between tries while the server is away

/** Comes with the first upload: the page is lighter without it. */
const tus = () => import('../api/sending');
const photos = () => import('../api/photos');
const away = () => import('../api/sendingaway');

class Uploads {
  #items = $state.raw<readonly UploadItem[]>([]);
  #preparing = $state(0);
  #running = new Map<string, Sent>();
  #clashes = new Map<string, Clashes>();
  #retry: ReturnType<typeof setTimeout> | undefined;
  readonly speed = new Speed();

  get items(): readonly UploadItem[] {
    return this.#items;
  }
  get isPreparing(): boolean {
    return this.#preparing > 0;
  }
  in(...stages: Stage[]): UploadItem[] {
    return this.#items.filter((item) => stages.includes(item.stage));
  }
  get total(): number {
    return this.#items.reduce((sum, item) => sum + item.size, 0);
  }
  get sent(): number {
    return this.#items.reduce((sum, item) => sum + (item.isOver ? item.size : item.sent), 0);
  }
  /** From 0 to 1. */
  get progress(): number {
    return this.total ? this.sent / this.total : 0;
  }
  get isMoving(): boolean {
    return this.#items.some((item) => item.stage === 'waiting' || item.stage === 'sending' || item.stage === 'stuck');
  }

  /** What a reload interrupted; what another window sends is taken over when that one is closed. */
  async recall(): Promise<void> {
    const accountId = session.account!.id;
    const windows = new Set((await memory.remembered(accountId)).map(({ window }) => window));
    await Promise.all([...windows].map((window) => whenGone(window, () => this.#takeOver(accountId, window))));
  }
  async #takeOver(accountId: number, window: string): Promise<void> {
    this.#items = [...this.#items, ...(await keeping.recall(accountId, window))];
    this.#pump();
  }

  /**
   * `onlyNew`: photos; what the cloud has already is not sent. `albumId`: they go into it, too. Returns whether they are
   * on their way.
   */
  async add(arrivals: Arrivals, folder: Node, { onlyNew = false, albumId }: { onlyNew?: boolean; albumId?: number } = {}): Promise<boolean> {
    const items = await this.#enter(arrivals, folder, { onlyNew, albumId });
    await keeping.remember(items, (item) => this.#items.includes(item)).catch(() => undefined); // a browser without room: the page has to stay
    return items.length > 0;
  }
  async #enter(arrivals: Arrivals, folder: Node, how: How): Promise<UploadItem[]> {
    this.#preparing += 1;
    try {
      if (folder.cloud === undefined && !(await fits(arrivals))) return []; // how much room there is on another cloud is told by that
      if (!this.isMoving) this.clear();
      this.#clashes.delete(keyOf(folder.id, folder.cloud));
      const parents = await makeFolders(arrivals.folders, folder);
      const items = arrivals.files.map(
        (arriving) => new UploadItem(record(arriving, parents.get(arriving.folders.join('/'))!, how), arriving.file),
      );
      this.#items = [...this.#items, ...items];
      this.#pump();
      return items;
    } catch (error) {
      toasts.fail(error);
      return [];
    } finally {
      this.#preparing -= 1;
    }
  }

  /** Files chosen again after a reload. */
  again(chosen: Iterable<File>): void {
    const lost = this.in('lost');
    for (const file of chosen) {
      const item = lost.find((each) => each.isOf(file));
      if (item) this.#wake(item, file);
      else if (lost.length === 1) toasts.say(t('fileChanged', { name: lost[0]!.name }), { tone: 'bad' });
    }
    this.#pump();
  }

  pause(item: UploadItem): void {
    item.stage = 'paused';
    void this.#running.get(item.id)?.pause();
    this.#running.delete(item.id);
    this.#pump();
  }

  resume(item: UploadItem): void {
    item.stage = 'waiting';
    item.error = null;
    this.#pump();
  }

  pauseAll(): void {
    for (const item of this.in('waiting', 'stuck', 'sending')) this.pause(item);
  }
  resumeAll(): void {
    for (const item of this.in('paused')) this.resume(item);
  }

  /** Stop it and drop what has arrived. */
  stop(item: UploadItem): void {
    void this.#running.get(item.id)?.pause();
    this.#running.delete(item.id);
    const { address } = item;
    if (address) void tus().then(({ drop }) => drop(address).catch(() => undefined)); // else it expires by itself
    keeping.forget(item);
    this.#items = this.#items.filter((other) => other !== item);
    this.#pump();
  }

  /** Take what is over off the list. */
  clear(): void {
    this.#items = this.#items.filter((item) => !item.isOver);
    this.speed.reset();
  }

  #wake(item: UploadItem, file: File): void {
    item.file = file;
    item.stage = 'waiting';
  }

  #pump(): void {
    const free = AT_A_TIME - this.in('sending').length;
    for (const item of this.in('waiting').slice(0, Math.max(0, free))) void this.#send(item);
  }

  async #send(item: UploadItem): Promise<void> {
    item.stage = 'sending';
    const sender = item.record.cloud === undefined ? await tus() : await away();
    if (item.record.onlyNew && !item.address && (await this.#isKnown(item))) return;
    if (item.stage !== 'sending') return; // paused meanwhile
    const { cloud, parentId } = item.record;
    const what = {
      file: item.file!,
      name: item.name,
      parentId,
      overwrites: item.overwrites,
      onProgress: (bytes: number) => {
        this.speed.note(bytes - item.sent);
        item.sent = bytes;
      },
    };
    const sent =
      'sendAway' in sender
        ? sender.sendAway({ ...what, cloud: cloud!, onMade: (node) => tell({ cloud: cloud!, put: node }) })
        : sender.send({
            ...what,
            address: item.address,
            onAddress: (address) => {
              item.address = address;
              void memory.remember([{ ...item.record, name: item.name, address }]);
            },
          });
    this.#running.set(item.id, sent);
    try {
      await this.#finish(item, await sent.done);
    } catch (error) {
      if (this.#running.get(item.id) === sent) await this.#failed(item, error);
    } finally {
      if (this.#running.get(item.id) === sent) this.#running.delete(item.id);
      this.#pump();
    }
  }

  /** Whether the cloud has it already, so that nothing needs to be sent; asked first, as hashing is cheap and sending is not. */
  async #isKnown(item: UploadItem): Promise<boolean> {
    let photo: number | null;
    try {
      const [{ known }, { sha256 }] = await Promise.all([photos(), import('./sha256')]);
      photo = await known(await sha256(item.file!));
      if (photo === null) return false;
    } catch (error) {
      if (error instanceof Offline) {
        this.#waitForServer(item);
        return true;
      }
      return false; // sending it twice is better than not at all
    }
    item.isKnown = true;
    item.stage = 'skipped';
    keeping.forget(item);
    this.#pump();
    await collect(item, photo);
    return true;
  }

  async #finish(item: UploadItem, nodeId: number | null): Promise<void> {
    item.sent = item.size;
    item.stage = 'done';
    keeping.forget(item);
    if (nodeId) await collect(item, nodeId);
    if (nodeId && this.#items.length <= AT_A_TIME) tell({ put: await files.node(nodeId) }); // many come by the journal
  }

  async #failed(item: UploadItem, error: unknown): Promise<void> {
    this.#running.delete(item.id);
    if (error instanceof Offline || isRefusal(error, 'busy', 'offset-mismatch', 'peer-unreachable')) return this.#waitForServer(item);
    if (isRefusal(error, 'not-admitted')) {
      item.stage = 'stuck';
      await sessionAgain();
      return this.resume(item);
    }
    if (isRefusal(error, 'name-taken', 'precondition-failed')) return this.#clash(item);
    item.stage = 'failed';
    item.error = error;
  }

  #waitForServer(item: UploadItem): void {
    item.stage = 'stuck';
    item.wentOut ||= item.sent === item.size;
    this.#retry ??= setTimeout(() => {
      this.#retry = undefined;
      for (const stuck of this.in('stuck')) this.resume(stuck);
    }, AGAIN);
    if (!live.isConnected) void live.tryNow();
  }

  async #clash(item: UploadItem): Promise<void> {
    item.stage = 'asking';
    item.address = null;
    try {
      const clashes = await this.#clashesIn(item.record.parentId, item.record.cloud);
      const there = await childOf(clashes.folder, item.name);
      if (item.wentOut && item.became(there)) return void (await this.#finish(item, there.id));
      const choice = await clashes.ask({
        name: item.name,
        size: item.size,
        modified: new Date(item.record.modified).toISOString(),
        file: item.file!,
      });
      if (choice === 'stop') return this.#stopWaiting(item);
      if (choice === 'skip') {
        item.stage = 'skipped';
        return keeping.forget(item);
      }
      if (choice === 'over') item.overwrites = true;
      else item.name = nextName(item.name);
      item.sent = 0;
      this.resume(item);
    } catch (error) {
      item.stage = 'failed';
      item.error = error;
    }
  }

  async #clashesIn(folderId: number, cloud: number | undefined): Promise<Clashes> {
    const key = keyOf(folderId, cloud);
    const known = this.#clashes.get(key) ?? new Clashes(await folderAt(folderId, cloud), true);
    this.#clashes.set(key, known);
    return known;
  }

  #stopWaiting(item: UploadItem): void {
    for (const each of [item, ...this.in('waiting', 'asking')]) this.stop(each);
  }
}

const keyOf = (folderId: number, cloud: number | undefined) => `${cloud ?? ''} ${folderId}`;

/** Into its album. */
async function collect({ record: { albumId } }: UploadItem, photo: number): Promise<void> {
  if (albumId !== undefined) await (await photos()).fillAlbum(albumId, [photo]).catch(toasts.fail);
}

export const uploads = new Uploads();
