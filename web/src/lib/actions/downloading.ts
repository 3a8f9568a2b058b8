/** Saving to this device, by the browser's own downloads. */
import { bundle, downloadAddress, type Node } from '../api/files';
import { toasts } from '../state/toasts.svelte';
import { t } from '../words/words.svelte';

/** A file as it is; a folder, or several of anything, as one zip archive. `name`: of the archive of several. */
export async function download(nodes: readonly Pick<Node, 'id' | 'kind'>[], name = t('files')): Promise<void> {
  try {
    if (nodes.length === 1) save(downloadAddress(nodes[0]!));
    else save((await bundle(nodes.map(({ id }) => id), name)).address);
  } catch (error) {
    toasts.fail(error);
  }
}

/** `name`: where the server does not say it. */
export function save(address: string, name = ''): void {
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
}
