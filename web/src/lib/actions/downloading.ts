/** Saving to this device, by the browser's own downloads. */
import { downloadAddress, type Node } from '../api/files';

const APART = 400; // ms: browsers drop downloads that begin in the same moment

/** Files as they are, folders as zip archives. */
export async function download(nodes: readonly Pick<Node, 'id' | 'kind'>[]): Promise<void> {
  for (const [index, node] of nodes.entries()) {
    if (index > 0) await new Promise((next) => setTimeout(next, APART));
    save(downloadAddress(node));
  }
}

/** `name`: where the server does not say it. */
export function save(address: string, name = ''): void {
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
}
