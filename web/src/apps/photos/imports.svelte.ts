/** What is being imported: archives and folders on their way to the cloud, and those that it is bringing in. */
import * as files from '../../lib/api/files';
import type { Node } from '../../lib/api/files';
import * as api from '../../lib/api/imports';
import type { Import } from '../../lib/api/imports';
import { fromField } from '../../lib/state/arrivals';
import { live } from '../../lib/state/live.svelte';
import { joined } from '../../lib/state/places';
import { toasts } from '../../lib/state/toasts.svelte';
import type { UploadItem } from '../../lib/state/upload.svelte';
import { uploads } from '../../lib/state/uploads.svelte';
import { t } from '../../lib/words/words.svelte';
import { photosFolder } from './actions';

const PAUSE = 500; // ms between two questions, whatever the journal tells

class Imports {
  #list = $state.raw<readonly Import[] | null>(null);
  #sending = $state.raw<readonly { file: File; folder: Node }[]>([]);
  /** Folders on their way, by their names, with what they go into. */
  #followed = $state.raw<readonly { name: string; folder: Node }[]>([]);
  #again: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    live.listen((news) => {
      if (news === 'reset' || news.changes.some(({ object }) => object === 'import')) this.#soon();
    });
    $effect.root(() => {
      $effect(() => this.#arrived());
    });
  }

  /** The newest first; null until it is known. */
  get list(): readonly Import[] | null {
    return this.#list;
  }
  /** On their way to the cloud. */
  get sending(): readonly UploadItem[] {
    return this.#sending.map(({ file, folder }) => this.#itemOf(file, folder)).filter((item) => item !== undefined);
  }

  async ask(): Promise<void> {
    const before = new Map(this.#list?.map(({ id, state }) => [id, state]));
    this.#list = await api.imports();
    for (const one of this.#list) if (one.state !== 'going' && before.get(one.id) === 'going') this.#tell(one);
  }

  /** Archives of this device: they are sent, and unpacked as soon as they are there. */
  async send(chosen: readonly File[]): Promise<void> {
    try {
      const folder = await photosFolder();
      this.#sending = [...this.#sending, ...chosen.map((file) => ({ file, folder }))];
      await uploads.add(fromField(chosen), folder);
    } catch (error) {
      toasts.fail(error);
    }
  }

  /** Folders that are being uploaded: what lies beside their photos is read when all is there. */
  follow(folder: Node, names: readonly string[]): void {
    this.#followed = [...this.#followed, ...names.map((name) => ({ name, folder }))];
  }

  async begin(node_id: number): Promise<void> {
    try {
      await api.begin(node_id, t('photosFolder'));
      await this.ask();
    } catch (error) {
      toasts.fail(error);
    }
  }

  async remove({ id }: Import): Promise<void> {
    try {
      await api.remove(id);
      this.#list = this.#list?.filter((one) => one.id !== id) ?? null;
    } catch (error) {
      toasts.fail(error);
    }
  }

  #tell(one: Import): void {
    const words = one.folder ? 'importRead' : 'importDone';
    if (one.state === 'done') toasts.say(t(words, { name: one.name, n: one.photos }), { tone: 'fine' });
    else toasts.say(t('importBroken', { name: one.name, why: one.fault ?? '' }), { tone: 'bad' });
  }

  #itemOf(file: File, folder: Node): UploadItem | undefined {
    return uploads.items.findLast(({ record }) => record.parentId === folder.id && record.size === file.size && record.modified === file.lastModified);
  }

  /** What has come to the cloud is begun there. */
  #arrived(): void {
    for (const each of this.#sending) {
      const item = this.#itemOf(each.file, each.folder);
      if (item?.stage !== 'done' && item?.stage !== 'skipped') continue;
      this.#sending = this.#sending.filter((other) => other !== each);
      void this.#beginIn(each.folder, item.name);
    }
    for (const each of this.#followed) {
      const items = uploads.items.filter(({ record }) => record.folders[0] === each.name);
      if (!items.every((item) => item.isOver || item.stage === 'failed')) continue;
      this.#followed = this.#followed.filter((other) => other !== each);
      void this.#beginIn(each.folder, each.name);
    }
  }

  async #beginIn({ id }: Node, name: string): Promise<void> {
    try {
      const { path } = await files.node(id); // one that was just made does not tell it
      await this.begin((await files.byPath(joined(path ?? '', name))).id);
    } catch (error) {
      toasts.fail(error);
    }
  }

  #soon(): void {
    this.#again ??= setTimeout(() => {
      this.#again = undefined;
      void this.ask().catch(() => undefined);
    }, PAUSE);
  }
}

export const imports = new Imports();
