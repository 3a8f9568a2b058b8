/** Before an upload begins: whether there is room, the folders it needs, and what is remembered of it. */
import { childOf, makeFolder } from '../api/clouds';
import * as files from '../api/files';
import type { Node } from '../api/files';
import { isRefusal } from '../api/problems';
import { sizeText } from '../words/format';
import { t } from '../words/words.svelte';
import { WINDOW } from './alone';
import type { Arrivals, ArrivingFile } from './arrivals';
import { tell } from './known';
import type { Remembered } from './memory';
import { session } from './session.svelte';
import { toasts } from './toasts.svelte';

/** `onlyNew`: what the cloud has already is not sent. `albumId`: it goes into that, too. */
export interface How {
  onlyNew: boolean;
  albumId?: number;
}

export function record({ file, folders, handle, parcel }: ArrivingFile, parent: Node, { onlyNew, albumId }: How): Remembered {
  return {
    id: `${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`,
    accountId: session.account!.id,
    window: WINDOW,
    name: file.name,
    folders,
    size: file.size,
    modified: file.lastModified,
    parentId: parent.id,
    ...(parent.cloud === undefined ? {} : { cloud: parent.cloud }),
    address: null,
    ...(handle ? { handle } : {}),
    ...(parcel !== undefined ? { parcel } : {}),
    ...(onlyNew ? { onlyNew } : {}),
    ...(albumId !== undefined ? { albumId } : {}),
  };
}

/** Said before anything starts. */
export async function fits(arrivals: Arrivals): Promise<boolean> {
  const { used, quota } = await files.usage();
  const need = arrivals.files.reduce((sum, { file }) => sum + file.size, 0);
  if (quota === null || used + need <= quota) return true;
  toasts.say(t('doNotFit', { need: sizeText(need), left: sizeText(Math.max(0, quota - used)) }), { tone: 'bad' });
  return false;
}

/** The folders by their path from the top; those that are there already are used. */
export async function makeFolders(folders: Arrivals['folders'], top: Node): Promise<Map<string, Node>> {
  const made = new Map<string, Node>([['', top]]);
  for (const path of folders) {
    const name = path.at(-1)!;
    const parent = made.get(path.slice(0, -1).join('/'))!;
    made.set(path.join('/'), await folderIn(parent, name));
  }
  return made;
}

async function folderIn(parent: Node, name: string): Promise<Node> {
  try {
    const made = await makeFolder(parent, name);
    if (parent.cloud !== undefined) tell({ cloud: parent.cloud, put: made });
    return made;
  } catch (error) {
    if (!isRefusal(error, 'name-taken', 'bad-value')) throw error; // other clouds have one word for both
    return childOf(parent, name);
  }
}
