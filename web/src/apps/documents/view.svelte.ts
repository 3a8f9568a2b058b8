/** What one window of Documents shows, and what was begun in it. */
import { SvelteMap } from 'svelte/reactivity';
import { databases, type Listed } from '../../lib/state/databases.svelte';
import type { Entry, LocalDatabase } from '../../lib/state/database.svelte';
import { live } from '../../lib/state/live.svelte';
import type { Shelf } from '../../lib/state/places';
import { windows, type DeskWindow } from '../../lib/state/windows.svelte';
import { t } from '../../lib/words/words.svelte';

/** A text that is not saved yet, and the revision it began from; null: there was none. */
export interface Draft {
  rev: string | null;
  text: string;
}

export class DocumentsView {
  #local = $state.raw<LocalDatabase | null>(null);
  filter = $state('');
  /** The document that keys stand on. */
  cursor = $state<string | null>(null);
  dialog = $state<'database' | 'document' | 'index' | null>(null);
  readonly drafts = new SvelteMap<string, Draft>();

  constructor(readonly window: DeskWindow) {}

  get shelf(): Shelf {
    return this.window.subject.app === 'documents' ? this.window.subject.shelf : {};
  }
  get listed(): Listed | undefined {
    return databases.list.find(({ name }) => name === this.shelf.database);
  }
  get local(): LocalDatabase | null {
    return this.#local && this.#local.name === this.shelf.database ? this.#local : null;
  }
  get isOffline(): boolean {
    return !live.isConnected || (this.local?.isOffline ?? false);
  }
  get title(): string {
    return this.shelf.database ?? t('documents');
  }
  /** Deleted ones only while they wait for a decision. */
  get entries(): readonly Entry[] {
    const wish = this.filter.trim().toLowerCase();
    return (this.local?.list ?? []).filter((entry) => (!entry.isDeleted || entry.hasConflicts) && (!wish || entry.docId.toLowerCase().includes(wish)));
  }
  go(shelf: Shelf): void {
    windows.go(this.window, { app: 'documents', shelf });
  }
  open(docId: string): void {
    this.cursor = docId;
    this.go({ database: this.shelf.database!, document: docId });
  }
  up(): void {
    const { database, document, index } = this.shelf;
    this.go(document !== undefined || index !== undefined ? { database: database! } : {});
  }

  /** Bring up what the address names. */
  async follow(): Promise<void> {
    await databases.start();
    const listed = this.listed;
    if (this.shelf.document) this.cursor = this.shelf.document;
    if (!listed || this.local?.id === listed.id) return;
    this.filter = '';
    this.#local = await databases.open(listed.id, listed.name);
  }
}
