/** Uploads that go on after a reload: what this browser keeps of them until they are there. */
import { WINDOW } from './alone';
import * as memory from './memory';
import { UploadItem } from './upload.svelte';

class Keeping {
  #kept = 0; // bytes

  /** What a window that is gone was sending. It is ours from now on. */
  async recall(accountId: number, window: string): Promise<UploadItem[]> {
    const records = (await memory.remembered(accountId)).filter((record) => record.window === window);
    const items = await Promise.all(records.map((record) => this.#found({ ...record, window: WINDOW })));
    await memory.remember(items.map(({ record }) => record));
    return items;
  }
  async #found(record: memory.Remembered): Promise<UploadItem> {
    const file = await memory.kept(record);
    const item = new UploadItem(record, file ?? (await readable(record.handle).catch(() => null)));
    if (file) this.#count(item);
    return item;
  }

  /** The files too, unless the browser lets us read them again or they are too large. `isThere`: nobody has stopped it. */
  async remember(items: readonly UploadItem[], isThere: (item: UploadItem) => boolean): Promise<void> {
    await memory.remember(items.filter((item) => !item.isOver).map(({ record, name, address }) => ({ ...record, name, address })));
    for (const item of items) {
      if (item.isOver || item.record.handle || item.record.parcel !== undefined) continue;
      const isKept = memory.mayKeep(item.size, this.#kept) && (await memory.keep(item.id, item.file!).then(() => true, () => false));
      if (isKept && !item.isOver) this.#count(item);
      else item.isKept = isKept;
    }
    await memory.forget(items.filter((item) => item.isOver || !isThere(item)).map(({ record }) => record)); // gone meanwhile
  }

  forget(item: UploadItem): void {
    if (item.isKept) this.#kept -= item.size;
    void memory.forget([item.record]);
  }

  #count(item: UploadItem): void {
    item.isKept = true;
    this.#kept += item.size;
  }
}

/** The file behind a handle, when it may still be read without asking. */
async function readable(handle: FileSystemFileHandle | undefined): Promise<File | null> {
  const asked = handle as (FileSystemFileHandle & { queryPermission?: (of: object) => Promise<string> }) | undefined;
  return (await asked?.queryPermission?.({ mode: 'read' })) === 'granted' ? handle!.getFile() : null;
}

export const keeping = new Keeping();
