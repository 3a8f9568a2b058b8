/** What a call can end in when it does not succeed. */
import { ReplicaError } from '../u1db/errors';
import { t, type Key } from '../words/words.svelte';
import { en } from '../words/en';
import type { Problem } from './schema';

/** The server said no, and why. */
export class Refusal extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail);
  }
  get code(): string {
    return this.problem.code;
  }
}

/** The server cannot be reached. */
export class Offline extends Error {}

export const isRefusal = (error: unknown, ...codes: string[]): error is Refusal =>
  error instanceof Refusal && (codes.length === 0 || codes.includes(error.code));

/** One sentence that says what happened and what to do. */
export function sentence(error: unknown): string {
  if (error instanceof Offline) return t('problemOffline');
  if (error instanceof Refusal) {
    const key = `problem.${error.code}`;
    return key in en ? t(key as Key & 'problem.busy') : `${error.problem.detail} ${error.problem.advice}`;
  }
  if (error instanceof ReplicaError && `problem.${error.code}` in en) return t(`problem.${error.code}` as Key & 'problem.busy');
  return t('problemUnknown', { detail: error instanceof Error ? error.message : String(error) });
}
