/** The windows on the desk: where they are, which one is in front, and what the address bar says of it. */
import { photosAddress, photosAt, type PhotosPlace } from './photoplaces';
import { address, placeAt, ROOT, shelfAddress, shelfAt, type Place, type Shelf } from './places';
import { Placement, type Snap } from './placement.svelte';

export type AppName = 'files' | 'photos' | 'documents' | 'settings' | 'console';
export type Section = 'profile' | 'security' | 'devices' | 'apps' | 'sharing' | 'look';
export const SECTIONS: readonly Section[] = ['profile', 'security', 'devices', 'apps', 'sharing', 'look'];

/** Of one app in the developer console. */
export type ConsoleSection = 'keys' | 'people' | 'scopes' | 'usage' | 'tokens';
export const CONSOLE: readonly ConsoleSection[] = ['keys', 'people', 'scopes', 'usage', 'tokens'];

/** What a window shows. */
export type Subject =
  | { app: 'files'; place: Place }
  | { app: 'photos'; place: PhotosPlace }
  | { app: 'documents'; shelf: Shelf }
  | { app: 'settings'; section: Section }
  | { app: 'console'; key: string | null; section: ConsoleSection };

export class DeskWindow {
  subject = $state.raw<Subject>({ app: 'files', place: ROOT });
  title = $state('');
  isMinimised = $state(false);
  /** Height in the pile. */
  level = $state(0);
  readonly placement: Placement;

  constructor(
    readonly id: number,
    subject: Subject,
    offset: number,
  ) {
    this.subject = subject;
    this.placement = new Placement(subject.app, offset);
  }
  get app(): AppName {
    return this.subject.app;
  }
}

class Windows {
  #list = $state.raw<readonly DeskWindow[]>([]);
  #last = 0;
  #top = 0;

  get list(): readonly DeskWindow[] {
    return this.#list;
  }
  get front(): DeskWindow | null {
    return this.#list.filter((one) => !one.isMinimised).reduce<DeskWindow | null>((top, one) => (top && top.level > one.level ? top : one), null);
  }

  start(): void {
    addEventListener('popstate', () => this.show(subjectAt(new URL(location.href)), false));
    this.show(subjectAt(new URL(location.href)), false);
  }

  /** In the window of that app that is nearest to the front, or a new one. */
  show(subject: Subject, record = true): void {
    const known = [...this.#list].sort((a, b) => b.level - a.level).find((one) => one.app === subject.app);
    if (known) {
      known.subject = subject;
      this.raise(known, record);
    } else this.open(subject, record);
  }

  open(subject: Subject, record = true): void {
    const opened = new DeskWindow(++this.#last, subject, this.#list.length);
    this.#list = [...this.#list, opened];
    this.raise(opened, record);
  }

  /** Another place in the same window. */
  go(window: DeskWindow, subject: Subject): void {
    window.subject = subject;
    this.raise(window, true);
  }

  raise(window: DeskWindow, record = false): void {
    window.isMinimised = false;
    if (window.level < this.#top || this.#top === 0) window.level = ++this.#top;
    this.#write(window, record);
  }

  /** The place was renamed or moved: the same place by another address. */
  rename(window: DeskWindow, subject: Subject): void {
    window.subject = subject;
    if (this.front === window) this.#write(window, false);
  }

  minimise(window: DeskWindow): void {
    window.isMinimised = true;
    if (this.front) this.#write(this.front, false);
  }

  close(window: DeskWindow): void {
    this.#list = this.#list.filter((one) => one !== window);
    if (this.front) this.#write(this.front, false);
    else history.replaceState(null, '', '/');
  }

  next(): void {
    const behind = [...this.#list].sort((a, b) => a.level - b.level)[0];
    if (behind) this.raise(behind);
  }

  snap(snap: Snap): void {
    this.front?.placement.snap(snap);
  }

  #write(window: DeskWindow, record: boolean): void {
    const here = addressOf(window.subject);
    if (here === location.pathname + location.search) return;
    if (record) history.pushState(null, '', here);
    else history.replaceState(null, '', here);
  }
}

export function addressOf(subject: Subject): string {
  if (subject.app === 'console') return subject.key === null ? '/developer' : `/developer/${encodeURIComponent(subject.key)}/${subject.section}`;
  if (subject.app === 'files') return address(subject.place);
  if (subject.app === 'photos') return photosAddress(subject.place);
  return subject.app === 'documents' ? shelfAddress(subject.shelf) : `/settings/${subject.section}`;
}

function subjectAt(url: URL): Subject {
  const [first, second, third] = url.pathname.split('/').filter(Boolean);
  if (first === 'settings') {
    return { app: 'settings', section: SECTIONS.find((section) => section === second) ?? 'profile' };
  }
  if (first === 'photos') return { app: 'photos', place: photosAt(url) };
  if (first === 'documents') return { app: 'documents', shelf: shelfAt(url) };
  if (first === 'developer') {
    return { app: 'console', key: second ? decodeURIComponent(second) : null, section: CONSOLE.find((section) => section === third) ?? 'keys' };
  }
  return { app: 'files', place: placeAt(url) ?? ROOT };
}

export const windows = new Windows();
