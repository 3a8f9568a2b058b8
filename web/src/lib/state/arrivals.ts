/** Files and folders as they come from a drop or a file field, each with the folders it lies in. */

export interface ArrivingFile {
  file: File;
  /** Folders from the top of what was dropped; empty for a file that was dropped by itself. */
  folders: readonly string[];
  /** To read it again after a reload; browsers give it in secure contexts only. */
  handle?: FileSystemFileHandle;
  /** Another app of the device has handed it over: it is kept already. */
  parcel?: number;
}

export interface Arrivals {
  files: ArrivingFile[];
  /** Every folder, also the empty ones; parents first. */
  folders: (readonly string[])[];
}

type DropItem = DataTransferItem & { getAsFileSystemHandle?: () => Promise<FileSystemHandle | null> };

/** Must be called within the drop event: the browser forgets the entries after it. */
export function fromDrop(data: DataTransfer): Promise<Arrivals> {
  const items = ([...data.items] as DropItem[]).filter((item) => item.kind === 'file');
  const taken = items.map((item) => ({
    entry: item.webkitGetAsEntry(),
    file: item.getAsFile(),
    handle: item.getAsFileSystemHandle?.().catch(() => null),
  }));
  return (async () => {
    const found: Arrivals = { files: [], folders: [] };
    for (const { entry, file, handle } of taken) {
      if (entry?.isDirectory) await walk(entry as FileSystemDirectoryEntry, [], found);
      else if (file) found.files.push({ file, folders: [], handle: asFile(await handle) });
    }
    return found;
  })();
}

const asFile = (handle: FileSystemHandle | null | undefined) =>
  handle?.kind === 'file' ? (handle as FileSystemFileHandle) : undefined;

export function fromField(files: Iterable<File>): Arrivals {
  const found: Arrivals = { files: [], folders: [] };
  const seen = new Set<string>();
  for (const file of files) {
    const folders = file.webkitRelativePath.split('/').slice(0, -1);
    for (let depth = 1; depth <= folders.length; depth += 1) {
      const folder = folders.slice(0, depth);
      const key = folder.join('/');
      if (!seen.has(key)) found.folders.push(folder);
      seen.add(key);
    }
    found.files.push({ file, folders });
  }
  return found;
}

async function walk(folder: FileSystemDirectoryEntry, above: readonly string[], found: Arrivals): Promise<void> {
  const here = [...above, folder.name];
  found.folders.push(here);
  for (const entry of await entriesOf(folder)) {
    if (entry.isDirectory) await walk(entry as FileSystemDirectoryEntry, here, found);
    else found.files.push({ file: await fileOf(entry as FileSystemFileEntry), folders: here });
  }
}

async function entriesOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const found: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((done, failed) => reader.readEntries(done, failed)); // 100 at most
    if (some.length === 0) return found;
    found.push(...some);
  }
}

const fileOf = (entry: FileSystemFileEntry): Promise<File> =>
  new Promise((done, failed) => entry.file(done, failed));
