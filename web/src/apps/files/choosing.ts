/** Asking the browser for files of this device. */
import type { Node } from '../../lib/api/files';
import { fromField } from '../../lib/state/arrivals';
import { uploads } from '../../lib/state/uploads.svelte';

export const chooseFiles = (folder: Node) => ask({}, (chosen) => uploads.add(fromField(chosen), folder));
export const chooseFolder = (folder: Node) => ask({ webkitdirectory: true }, (chosen) => uploads.add(fromField(chosen), folder));
/** The same files again, after a reload. */
export const chooseAgain = (folders: boolean) => ask({ webkitdirectory: folders }, (chosen) => uploads.again(chosen));

/** Held, or the browser may throw it away while its dialog is open. */
let field: HTMLInputElement;

/** `how`: what else the field says. */
export function ask(how: Partial<Pick<HTMLInputElement, 'accept' | 'capture' | 'webkitdirectory'>>, take: (chosen: File[]) => unknown): void {
  field = document.createElement('input');
  field.type = 'file';
  field.multiple = true;
  Object.assign(field, how);
  const asked = field;
  field.onchange = () => void take([...(asked.files ?? [])]);
  field.click();
}
