/** The photos of a choice: how many each month has is known first, the photos come where somebody looks. */
import * as api from '../api/photos';
import type { Choice, Photo, Photos } from '../api/photos';
import { isRefusal } from '../api/problems';
import { onKnown } from './known';
import { live, type News } from './live.svelte';

/** The photos of a month, as far as they are here; an album or the favourites are one bucket. */
export interface Bucket {
  key: string;
  /** How many there are, as far as anybody knows. */
  count: number;
  photos: readonly Photo[];
  /** Whether all of them are here. */
  isWhole: boolean;
}

type Standing = 'loading' | 'ready' | 'gone' | 'failed';

const SINGLY = 12; // changed photos asked for one by one; with more of them their months are read anew
const PAUSE = 700; // ms between two readings anew while changes pour in
const ALL = 'all';

export class Roll {
  #buckets = $state.raw<readonly Bucket[]>([]);
  #standing = $state<Standing>('loading');
  #error = $state.raw<unknown>(null);
  /** Where each bucket goes on; one that has none was never asked for, or ends. */
  #cursors = new Map<string, string>();
  #coming = new Map<string, Promise<void>>();
  #reading = 0;
  #again: ReturnType<typeof setTimeout> | undefined;
  #ends: (() => void)[];

  constructor(readonly choice: Choice) {
    this.#ends = [
      live.listen((news) => this.#hear(news)),
      onKnown(({ cloud, put, gone }) => {
        if (cloud !== undefined) return;
        if (gone) this.drop(gone);
        if (put && !put.trashed_at && /^(image|video)\//.test(put.mime)) void this.#fetch(put.id);
      }),
    ];
    void this.reload();
  }

  get buckets(): readonly Bucket[] {
    return this.#buckets;
  }
  get standing(): Standing {
    return this.#standing;
  }
  get error(): unknown {
    return this.#error;
  }
  /** Those that are here. */
  readonly photos = $derived.by(() => this.#buckets.flatMap(({ photos }) => photos));
  /** How many there are, here or not. */
  readonly total = $derived(this.#buckets.reduce((sum, { count }) => sum + count, 0));

  /** Where a photo stands among all of them; -1 when it is not here. */
  indexOf(id: number): number {
    let before = 0;
    for (const { photos, count } of this.#buckets) {
      const at = photos.findIndex((photo) => photo.id === id);
      if (at >= 0) return before + at;
      before += count;
    }
    return -1;
  }

  /** The one that stands there, when it is here. */
  at(index: number): Photo | undefined {
    const [bucket, within] = this.#find(index);
    return bucket?.photos[within];
  }

  /** See to it that the one that stands there is here. */
  async need(index: number): Promise<void> {
    const [bucket, within] = this.#find(index);
    if (bucket) await this.load(bucket.key, within);
  }

  /** See to it that the photos of a bucket up to this one are here. */
  async load(key: string, upTo = 0): Promise<void> {
    for (;;) {
      const bucket = this.#buckets.find((each) => each.key === key);
      if (!bucket || bucket.isWhole || bucket.photos.length > upTo) return;
      const before = bucket.photos.length;
      const coming = this.#coming.get(key) ?? this.#more(bucket).finally(() => this.#coming.delete(key));
      this.#coming.set(key, coming);
      await coming;
      if (this.#buckets.find((each) => each.key === key)?.photos.length === before && !this.#cursors.has(key)) return;
    }
  }

  async all(): Promise<void> {
    for (const { key } of this.#buckets) await this.load(key, Infinity);
  }

  readonly reload = async (): Promise<void> => {
    const reading = ++this.#reading;
    try {
      await live.begun; // what happens after this is told
      const buckets = await (this.choice.kind === 'timeline' ? this.#months() : this.#list(this.choice));
      if (reading !== this.#reading) return;
      this.#buckets = buckets;
      this.#standing = 'ready';
    } catch (error) {
      if (reading !== this.#reading) return;
      this.#error = error;
      if (isRefusal(error, 'node-missing', 'album-missing')) this.#standing = 'gone';
      else if (this.#standing === 'loading') this.#standing = 'failed';
    }
  };

  /** A later state of one that is here. */
  put(photo: Photo): void {
    const bucket = this.#buckets.find(({ photos }) => photos.some(({ id }) => id === photo.id));
    const before = bucket?.photos.find(({ id }) => id === photo.id);
    if (!bucket || !before) return this.#soon();
    if (before.taken !== photo.taken) this.#came.add(photo.taken.slice(0, 7));
    if (before.taken !== photo.taken || (this.choice.kind === 'favourites' && !photo.favourite)) this.#soon(); // it stands elsewhere now
    this.#change(bucket.key, { photos: bucket.photos.map((each) => (each.id === photo.id ? photo : each)) });
  }

  /** It will be told again by whoever knows better. */
  drop(ids: readonly number[]): void {
    const gone = new Set(ids);
    for (const { key, photos, count } of this.#buckets) {
      const left = photos.filter(({ id }) => !gone.has(id));
      if (left.length < photos.length) this.#change(key, { photos: left, count: count - (photos.length - left.length) });
    }
    this.#buckets = this.#buckets.filter(({ count }) => count > 0);
  }

  close(): void {
    this.#reading += 1;
    clearTimeout(this.#again);
    for (const end of this.#ends) end();
  }

  // ------------------------------------------------------------------------------------------------ reading

  /** The newest come together with the months, so that nobody waits twice for the first screen. */
  async #months(): Promise<Bucket[]> {
    const known = new Map(this.#buckets.map((bucket) => [bucket.key, bucket]));
    const [{ months }, first] = await Promise.all([api.timeline(), known.size ? null : api.newest()]);
    const stale = new Set<string>();
    const buckets = months.map(({ month, photos: count }) => {
      const photos = known.get(month)?.photos ?? (first?.photos ?? []).filter(({ taken }) => taken.startsWith(month));
      if (known.has(month) && (known.get(month)!.count !== count || this.#dirty.has(month))) stale.add(month);
      return { key: month, count, photos, isWhole: photos.length >= count && !stale.has(month) };
    });
    this.#dirty.clear();
    const came = this.#came;
    this.#came = new Set();
    return Promise.all(buckets.map((bucket) => (came.has(bucket.key) || (stale.has(bucket.key) && bucket.photos.length) ? this.#anew(bucket, came.has(bucket.key)) : bucket)));
  }
  /** Months to which a photo went that is here: whoever looks at it goes along. */
  #came = new Set<string>();
  #dirty = new Set<string>();

  /** As much of a month as was here before. */
  async #anew({ key, count, photos: before }: Bucket, whole = false): Promise<Bucket> {
    let page = await api.ofMonth(key, undefined, whole ? api.PAGE : Math.min(api.PAGE, before.length + SINGLY));
    let photos = page.photos;
    while (page.next && photos.length < Math.min(before.length, count)) {
      page = await api.ofMonth(key, page.next);
      photos = [...photos, ...page.photos];
    }
    this.#goesOn(key, page);
    return { key, count: page.next ? Math.max(count, photos.length + 1) : photos.length, photos, isWhole: page.next === null };
  }

  async #list(choice: Exclude<Choice, { kind: 'timeline' }>): Promise<Bucket[]> {
    const enough = this.#buckets[0]?.photos.length ?? 0;
    const [album, first] = await Promise.all([choice.kind === 'album' ? api.album(choice.id) : null, api.chosen(choice)]);
    let page = first;
    let photos = page.photos;
    while (page.next && photos.length < enough) {
      page = await api.chosen(choice, page.next);
      photos = [...photos, ...page.photos];
    }
    this.#goesOn(ALL, page);
    const count = page.next ? Math.max(album?.photos ?? 0, photos.length + 1) : photos.length;
    return count ? [{ key: ALL, count, photos, isWhole: page.next === null }] : [];
  }

  async #more(bucket: Bucket): Promise<void> {
    const reading = this.#reading;
    const cursor = this.#cursors.get(bucket.key);
    const page = this.choice.kind === 'timeline' ? await api.ofMonth(bucket.key, cursor, bucket.photos.length ? api.PAGE : api.FIRST) : await api.chosen(this.choice, cursor);
    if (reading !== this.#reading) return;
    this.#goesOn(bucket.key, page);
    const before = cursor ? this.#buckets.find(({ key }) => key === bucket.key)?.photos ?? [] : [];
    const known = new Set(before.map(({ id }) => id));
    const photos = [...before, ...page.photos.filter(({ id }) => !known.has(id))];
    const count = page.next ? Math.max(bucket.count, photos.length + 1) : photos.length;
    this.#change(bucket.key, { photos, count, isWhole: page.next === null });
  }

  #goesOn(key: string, { next }: Photos): void {
    if (next) this.#cursors.set(key, next);
    else this.#cursors.delete(key);
  }

  #change(key: string, change: Partial<Bucket>): void {
    this.#buckets = this.#buckets.map((bucket) => (bucket.key === key ? { ...bucket, ...change } : bucket));
  }

  #find(index: number): [bucket: Bucket | undefined, within: number] {
    let within = index;
    for (const bucket of this.#buckets) {
      if (within < bucket.count) return [bucket, within];
      within -= bucket.count;
    }
    return [undefined, within];
  }

  // ------------------------------------------------------------------------------------- what happens elsewhere

  #hear(news: News): void {
    if (news === 'reset') return this.#soon();
    const said = new Set<number>();
    const here = new Map(this.#buckets.flatMap(({ key, photos }) => photos.map(({ id }) => [id, key])));
    let moved = false;
    for (const { object, object_id: id } of news.changes) {
      if (object === 'photo' && here.has(id)) said.add(id);
      else if (object === 'node' && here.has(id)) moved = !!this.#dirty.add(here.get(id)!);
      else if (object !== 'comment' && object !== 'import') moved = true; // a file that came, a photo whose time is known now, a folder that went
    }
    if (said.size > SINGLY) {
      for (const id of said) this.#dirty.add(here.get(id)!);
      moved = true;
    } else void Promise.all([...said].map((id) => this.#fetch(id)));
    if (moved) this.#soon();
  }

  async #fetch(id: number): Promise<void> {
    try {
      this.put((await api.photo(id)).photo);
    } catch (error) {
      if (isRefusal(error, 'node-missing')) this.drop([id]);
    }
  }

  #soon(): void {
    this.#again ??= setTimeout(() => {
      this.#again = undefined;
      void this.reload();
    }, PAUSE);
  }
}
