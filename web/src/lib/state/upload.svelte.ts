/** One file on its way up. */
import type { Node } from '../api/files';
import type { Remembered } from './memory';

/**
 * waiting → sending → done. On the way: `paused` by the person, `stuck` without connection, `asking` because the name
 * is taken, `lost` when the browser forgot the file at a reload, `failed` for good, `skipped` as the person wished.
 */
export type Stage = 'waiting' | 'sending' | 'paused' | 'stuck' | 'asking' | 'lost' | 'failed' | 'done' | 'skipped';

export class UploadItem {
  stage = $state<Stage>('waiting');
  sent = $state(0);
  error = $state.raw<unknown>(null);
  name: string;
  address: string | null;
  file: File | null;
  overwrites = false;
  /** Every byte went out, but no answer came back: a name that is taken then may be taken by ourselves. */
  wentOut = false;
  /** Whether this browser has the bytes until they are sent; null: it need not, or nobody knows yet. */
  isKept = $state<boolean | null>(null);
  /** The cloud had it already; nothing was sent. */
  isKnown = $state(false);

  constructor(
    readonly record: Remembered,
    file: File | null,
  ) {
    this.name = record.name;
    this.address = record.address;
    this.file = file;
    if (!file) this.stage = 'lost';
  }

  get id(): string {
    return this.record.id;
  }
  get size(): number {
    return this.record.size;
  }
  get isOver(): boolean {
    return this.stage === 'done' || this.stage === 'skipped';
  }
  get needsPerson(): boolean {
    return this.stage === 'lost' || this.stage === 'failed';
  }
  /** Whether this node is what the upload has made. */
  became(node: Node): boolean {
    return node.size === this.size && Date.parse(node.modified_at) === this.record.modified;
  }
  /** Whether this is the file that was begun. */
  isOf(file: File): boolean {
    const { name, size, modified, folders } = this.record;
    const path = file.webkitRelativePath.split('/').slice(0, -1).join('/');
    return file.name === name && file.size === size && file.lastModified === modified && (!path || path === folders.join('/'));
  }
}
