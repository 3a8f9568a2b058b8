/** One Photos window: which photos, which of them are chosen, and the one that is looked at. */
import type { Album, Photo } from '../../lib/api/photos';
import type { Shared } from '../../lib/sharing/words';
import { choiceAt, photosAddress, TIMELINE, type PhotosPlace } from '../../lib/state/photoplaces';
import { Roll } from '../../lib/state/roll.svelte';
import { Selection } from '../../lib/state/selection.svelte';
import { windows, type DeskWindow } from '../../lib/state/windows.svelte';
import { t } from '../../lib/words/words.svelte';
import { albums } from './albums.svelte';

/** Heights of rows, of which 1 is the usual one. */
export const ROWS = [0.6, 0.8, 1, 1.35, 1.8] as const;

const ENOUGH = 10_000; // photos up to which "all" means all; beyond them it means the month one stands in

export class PhotosView {
  #place = $state.raw<PhotosPlace>(TIMELINE);
  #roll = $state.raw<Roll | null>(null);
  #row = $state(Number(localStorage.getItem('photos-row') ?? 2));
  #about = $state(localStorage.getItem('photos-about') === 'on');
  /** Where the photo stands that is looked at; null: none is. */
  looking = $state<number | null>(null);
  /** What is to be put into an album. */
  collecting = $state.raw<readonly Photo[] | null>(null);
  /** Archives that were dropped or are yet to be chosen, while the dialog about imports is open. */
  importing = $state.raw<readonly File[] | null>(null);
  /** Whose time and place are to be corrected. */
  correcting = $state.raw<readonly Photo[] | null>(null);
  /** What the dialog about sharing is about. */
  sharing = $state.raw<readonly Shared[] | null>(null);
  readonly selection = new Selection<Photo>(() => this.#roll?.photos ?? []);

  constructor(readonly window: DeskWindow) {
    this.#go(this.#wanted);
  }

  get #wanted(): PhotosPlace {
    return this.window.subject.app === 'photos' ? this.window.subject.place : TIMELINE;
  }

  get place(): PhotosPlace {
    return this.#place;
  }
  /** Null where albums, places or duplicates are shown. */
  get roll(): Roll | null {
    return this.#roll;
  }
  /** The album that is shown, once it is known. */
  get album(): Album | undefined {
    const { place } = this;
    return place.kind === 'album' ? albums.list.find(({ id }) => id === place.id) : undefined;
  }
  get title(): string {
    if (this.place.kind === 'album') return this.album?.name ?? t('album');
    if (this.place.kind === 'timeline') return t('photos');
    return t(({ favourites: 'favourites', albums: 'albums', places: 'photoPlaces', place: 'photoPlace', duplicates: 'duplicates' } as const)[this.place.kind]);
  }

  get rowFactor(): number {
    return ROWS[this.#row] ?? 1;
  }
  resize(by: 1 | -1): void {
    this.#row = Math.min(ROWS.length - 1, Math.max(0, this.#row + by));
    localStorage.setItem('photos-row', String(this.#row));
  }
  get about(): boolean {
    return this.#about;
  }
  toggleAbout(open = !this.#about): void {
    this.#about = open;
    localStorage.setItem('photos-about', open ? 'on' : 'off');
  }

  /** Follow the address when it says another place than the one that is shown. */
  follow(): void {
    if (photosAddress(this.#wanted) !== photosAddress(this.#place)) this.#go(this.#wanted);
  }
  go(place: PhotosPlace): void {
    windows.go(this.window, { app: 'photos', place });
  }

  /** Where the keys stand, else the first one that is here. */
  get standing(): Photo | undefined {
    return this.#roll?.photos[this.selection.cursorIndex];
  }
  open(photo: Photo): void {
    this.selection.stand(photo.id);
    this.looking = this.#roll?.indexOf(photo.id) ?? null;
  }

  async chooseAll(): Promise<void> {
    const roll = this.#roll;
    if (!roll) return;
    if (roll.total <= ENOUGH) {
      await roll.all();
      return this.selection.all();
    }
    const bucket = roll.buckets.find(({ photos }) => photos.some(({ id }) => id === this.selection.cursor)) ?? roll.buckets[0];
    if (!bucket) return;
    await roll.load(bucket.key, Infinity);
    this.selection.choose((roll.buckets.find(({ key }) => key === bucket.key)?.photos ?? []).map(({ id }) => id));
  }

  close(): void {
    this.#roll?.close();
  }

  #go(place: PhotosPlace): void {
    this.#roll?.close();
    this.selection.clear();
    this.selection.stand(null);
    this.looking = null;
    this.#place = place;
    const choice = choiceAt(place);
    this.#roll = choice && new Roll(choice);
    if (place.kind === 'albums' || place.kind === 'album') void albums.ask();
  }
}
