/** One Files window: where it is, what is chosen, and how it is looked at. */
import Pencil from '@lucide/svelte/icons/pencil';
import { renameAway } from '../../lib/actions/clouding';
import { underFreeName } from '../../lib/actions/placing';
import { createFolder } from '../../lib/api/clouds';
import * as files from '../../lib/api/files';
import type { Node } from '../../lib/api/files';
import { CloudListing } from '../../lib/state/cloudlisting.svelte';
import { tell } from '../../lib/state/known';
import { Listing } from '../../lib/state/listing.svelte';
import { address, folderAt, joined, lastName, parentPath, ROOT, type Place } from '../../lib/state/places';
import { Selection } from '../../lib/state/selection.svelte';
import { toasts } from '../../lib/state/toasts.svelte';
import { undo } from '../../lib/state/undo.svelte';
import { windows, type DeskWindow } from '../../lib/state/windows.svelte';
import { t } from '../../lib/words/words.svelte';
import { nextName } from '../../lib/words/format';
import { kindOf } from './kinds';

export type Mode = 'list' | 'grid';
export type Tab = 'info' | 'activity' | 'comments';
/** Of the social bar. */
export const TABS: readonly Tab[] = ['info', 'activity', 'comments'];

const PLAIN = (text: string) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

export class FilesView {
  #listing = $state.raw<Listing | CloudListing>()!;
  #mode = $state<Mode>(localStorage.getItem('files-mode') === 'grid' ? 'grid' : 'list');
  /** Id of the entry that is being given a name. */
  renaming = $state<number | null>(null);
  /** What the open share dialog is about. */
  sharing = $state.raw<readonly Node[] | null>(null);
  /** The link of an invitation of another cloud that the open dialog is about; null: it is closed. */
  connecting = $state<string | null>(null);
  /** The entry that is looked at. */
  looking = $state.raw<Node | null>(null);
  details = $state(localStorage.getItem('files-details') === 'on');
  #tab = $state<Tab>(TABS.find((tab) => tab === localStorage.getItem('files-tab')) ?? 'activity');
  /** What the entries are narrowed to; null: the field is not there. */
  filter = $state<string | null>(null);
  /** How often it was asked to find here: each time its field takes the focus. */
  finds = $state(0);
  readonly selection = new Selection(() => this.entries);

  constructor(readonly window: DeskWindow) {
    this.#listing = listingOf(this.#wanted);
  }

  get #wanted(): Place {
    return this.window.subject.app === 'files' ? this.window.subject.place : ROOT;
  }

  get listing(): Listing | CloudListing {
    return this.#listing;
  }
  /** What is shown lies on another cloud. */
  get cloud(): CloudListing | null {
    return this.#listing instanceof CloudListing ? this.#listing : null;
  }
  get place(): Place {
    return this.#listing.place;
  }
  get title(): string {
    if (this.place.kind === 'trash') return t('trash');
    if (this.place.kind === 'shared') return t('sharedWithMe');
    if (this.place.kind === 'search') return `“${this.place.text}”`;
    if (this.place.kind === 'clouds') return t('clouds');
    if (this.place.kind === 'cloud') return this.cloud!.way.at(-1)?.name ?? this.cloud!.cloud?.name ?? t('clouds');
    return lastName(this.place.path) || t('files');
  }
  get entries(): readonly Node[] {
    const wish = this.filter && PLAIN(this.filter);
    return wish ? this.#listing.entries.filter((entry) => PLAIN(entry.name).includes(wish)) : this.#listing.entries;
  }
  /** Where new things go; null where nothing can be put. */
  get folder(): Node | null {
    return this.#listing.folder;
  }
  get mode(): Mode {
    return this.#mode;
  }
  set mode(mode: Mode) {
    this.#mode = mode;
    localStorage.setItem('files-mode', mode);
  }

  get detailsTab(): Tab {
    return this.#tab;
  }
  set detailsTab(tab: Tab) {
    this.#tab = tab;
    localStorage.setItem('files-tab', tab);
  }

  /** Follow the address when it says another place than the one that is shown. */
  follow(): void {
    const wanted = this.#wanted;
    if (address(wanted) === address(this.#listing.place)) return;
    const came = this.place.kind === 'folder' ? this.place.path : null;
    this.#listing.close();
    this.#listing = listingOf(wanted);
    this.selection.clear();
    this.selection.stand(null);
    this.filter = null;
    this.renaming = null;
    this.#cameFrom = came;
  }
  #cameFrom: string | null = null;

  /** Stand on something once entries are here: on the folder one came up from, else on the first. */
  settle(): void {
    if (this.entries.length === 0 || this.selection.cursorIndex >= 0) return;
    const below = this.place.kind === 'folder' && this.#cameFrom !== null && parentPath(this.#cameFrom) === this.place.path;
    const origin = below ? this.entries.find((entry) => entry.name === lastName(this.#cameFrom!)) : undefined;
    this.selection.stand((origin ?? this.entries[0]!).id);
  }

  /** The folder was renamed or moved elsewhere: the address follows. */
  readdress(): void {
    if (this.place.kind === 'folder' && this.#listing.folder && address(this.#wanted) !== address(this.place)) {
      windows.rename(this.window, { app: 'files', place: this.place });
    }
  }

  go(place: Place): void {
    windows.go(this.window, { app: 'files', place });
  }
  up(): void {
    const [, above] = [...(this.cloud?.way ?? [])].reverse();
    if (this.place.kind === 'cloud') this.go(above ? this.#placeOf(above) : { kind: 'clouds' });
    else if (this.place.kind !== 'folder') this.go(ROOT);
    else if (this.place.path) this.go(folderAt(parentPath(this.place.path)));
  }
  open(node: Node): void {
    if (this.place.kind === 'trash') return;
    if (node.kind === 'file') this.looking = node;
    else if (node.cloud !== undefined) this.go(this.#placeOf(node));
    else this.go(folderAt(node.path ?? joined(this.place.kind === 'folder' ? this.place.path : '', node.name)));
  }
  /** Of a folder on another cloud. */
  #placeOf({ cloud, id }: Node): Place {
    const isTop = this.place.kind === 'clouds' || id === this.cloud?.way[0]?.id;
    return { kind: 'cloud', folder: cloud!, item: isTop ? null : id };
  }

  toggleDetails(open = !this.details): void {
    this.details = open;
    localStorage.setItem('files-details', open ? 'on' : 'off');
  }

  discuss(node: Node): void {
    this.selection.only(node.id);
    this.detailsTab = 'comments';
    this.toggleDetails(true);
  }

  find(): void {
    this.filter ??= '';
    this.finds += 1;
  }

  /** The entry before or after the one that is looked at. */
  neighbour(step: 1 | -1): Node | undefined {
    const shown = this.entries.filter((entry) => entry.kind === 'file' && kindOf(entry).viewer);
    const at = shown.findIndex((entry) => entry.id === this.looking?.id);
    return at < 0 ? undefined : shown[at + step];
  }

  async newFolder(): Promise<void> {
    const { folder } = this;
    if (!folder) return;
    try {
      const made = folder.cloud === undefined ? await underFreeName(t('untitledFolder'), true, (name) => files.createFolder(folder.id, name)) : await createFolder(folder, this.#freeName(t('untitledFolder')));
      tell(folder.cloud === undefined ? { put: made } : { cloud: folder.cloud, put: made });
      this.filter = null;
      this.selection.only(made.id);
      this.renaming = made.id;
    } catch (error) {
      toasts.fail(error);
    }
  }

  /** Other clouds have no word for a name that is taken. */
  #freeName(name: string): string {
    const taken = new Set(this.#listing.entries.map((entry) => entry.name));
    while (taken.has(name)) name = nextName(name, true);
    return name;
  }

  /** Raises what the server says, so that the field can show it. */
  async rename(node: Node, name: string): Promise<void> {
    if (name === node.name) return;
    if (node.cloud !== undefined) return renameAway(node, name);
    tell({ put: await files.rename(node.id, name) });
    undo.offer(t('renamed', { old: node.name, name }), Pencil, async () => {
      tell({ put: await files.rename(node.id, node.name) });
    });
  }

  close(): void {
    this.#listing.close();
  }
}

function listingOf(place: Place): Listing | CloudListing {
  return place.kind === 'cloud' || place.kind === 'clouds' ? new CloudListing(place) : new Listing(place);
}
