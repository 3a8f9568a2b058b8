/**
 * Revisions: vector clocks as text (u1db.md part 2). `uid:counter` pairs sorted by uid (code points), joined by `|`.
 * A document that is new has no revision (null), which is the empty clock.
 */
import { ReplicaError } from './errors';

/** Counter by replica uid. */
export type Clock = ReadonlyMap<string, bigint>;

const COUNTER = /^[0-9]{1,18}$/; // within 64 bits, as on the server
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/u;

/** Raises invalid-revision. */
export function parse(rev: string | null): Clock {
  const clock = new Map<string, bigint>();
  if (!rev) return clock;
  for (const pair of rev.split('|')) {
    const at = pair.indexOf(':');
    const [uid, counter] = [pair.slice(0, at), pair.slice(at + 1)];
    if (at < 1 || clock.has(uid) || !COUNTER.test(counter)) throw wrong(rev);
    clock.set(uid, BigInt(counter));
  }
  return clock;
}

/** That of a document that syncs: it has one. Raises invalid-revision. */
export function received(rev: string): Clock {
  const clock = parse(rev);
  if (clock.size === 0 || UNPRINTABLE.test(rev)) throw wrong(rev);
  return clock;
}

const wrong = (rev: string) => new ReplicaError('invalid-revision', `“${rev.slice(0, 100)}” is no revision.`);

export const text = (clock: Clock): string =>
  [...clock].sort(([a], [b]) => byCodePoint(a, b)).map(([uid, counter]) => `${uid}:${counter}`).join('|');

/** The one spelling of a clock: revisions are compared as text. */
export const canonical = (rev: string): string => text(received(rev));

/** Whether `x` knows of everything in `y` and of more. A counter of 0 counts as present. */
export function newer(x: Clock, y: Clock): boolean {
  let more = x.size > y.size;
  for (const [uid, counter] of y) {
    const mine = x.get(uid);
    if (mine === undefined || mine < counter) return false;
    more ||= mine > counter;
  }
  return more;
}

export const isEqual = (x: Clock, y: Clock): boolean => x.size === y.size && [...x].every(([uid, counter]) => y.get(uid) === counter);

export function maximised(...clocks: Clock[]): Clock {
  const result = new Map<string, bigint>();
  for (const clock of clocks) {
    for (const [uid, counter] of clock) {
      const known = result.get(uid);
      if (known === undefined || known < counter) result.set(uid, counter);
    }
  }
  return result;
}

export const incremented = (clock: Clock, uid: string): Clock => new Map(clock).set(uid, (clock.get(uid) ?? 0n) + 1n);

/** As bytes of UTF-8 compare; `<` would compare halves of surrogate pairs. */
export function byCodePoint(a: string, b: string): number {
  const [ones, others] = [[...a], [...b]];
  for (let at = 0; at < Math.min(ones.length, others.length); at += 1) {
    const step = ones[at]!.codePointAt(0)! - others[at]!.codePointAt(0)!;
    if (step) return step;
  }
  return ones.length - others.length;
}
