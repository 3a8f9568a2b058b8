/** The comments of one file or folder, kept right by the journal. */
import MessageSquare from '@lucide/svelte/icons/message-square';
import * as api from '../api/conversation';
import type { Comment } from '../api/conversation';
import { t } from '../words/words.svelte';
import { live } from './live.svelte';
import { toasts } from './toasts.svelte';
import { undo } from './undo.svelte';

const SETTLED = 150; // ms: who walks through a list with the arrow keys asks for nothing on the way

export class Conversation {
  #comments = $state.raw<readonly Comment[]>([]);
  #total = $state<number | null>(null);
  #next = $state.raw<string | null>(null);
  #error = $state.raw<unknown>(null);
  #reading = 0;
  #timer: ReturnType<typeof setTimeout>;
  #end: () => void;

  constructor(readonly nodeId: number) {
    this.#timer = setTimeout(() => void this.read(), SETTLED);
    this.#end = live.listen((news) => {
      const concerned = news === 'reset' || news.changes.some((change) => change.object === 'comment' && change.object_id === nodeId);
      if (concerned) void this.read();
    });
  }

  /** Newest first. */
  get comments(): readonly Comment[] {
    return this.#comments;
  }
  /** How many there are; null: not known yet. */
  get total(): number | null {
    return this.#total;
  }
  get hasMore(): boolean {
    return this.#next !== null;
  }
  get error(): unknown {
    return this.#error;
  }

  readonly read = async (): Promise<void> => {
    const reading = ++this.#reading;
    try {
      await live.begun; // what is written after this is told
      const page = await api.comments(this.nodeId);
      if (reading !== this.#reading) return;
      this.#comments = page.comments;
      this.#total = page.total;
      this.#next = page.next;
      this.#error = null;
    } catch (error) {
      if (reading === this.#reading) this.#error = error;
    }
  };

  async more(): Promise<void> {
    if (this.#next === null) return;
    const reading = this.#reading;
    try {
      const page = await api.comments(this.nodeId, this.#next);
      if (reading !== this.#reading) return;
      this.#comments = [...this.#comments, ...page.comments];
      this.#next = page.next;
    } catch (error) {
      toasts.fail(error);
    }
  }

  /** Raises what the server says, so that the text stays where it was typed. */
  async write(text: string): Promise<void> {
    const made = await api.comment(this.nodeId, text);
    if (this.#comments.some((one) => one.id === made.id)) return; // the journal was faster
    this.#comments = [made, ...this.#comments];
    this.#total = (this.#total ?? 0) + 1;
  }

  async withdraw(comment: Comment): Promise<void> {
    try {
      await api.withdraw(this.nodeId, comment.id);
      this.#comments = this.#comments.filter((one) => one.id !== comment.id);
      this.#total = Math.max(0, (this.#total ?? 1) - 1);
      undo.offer(t('commentDeleted'), MessageSquare, () => this.write(comment.text));
    } catch (error) {
      toasts.fail(error);
    }
  }

  close(): void {
    this.#reading += 1;
    clearTimeout(this.#timer);
    this.#end();
  }
}
