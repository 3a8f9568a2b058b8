/**
 * What the first page does without. It comes when it is asked for, or a moment after the page has settled: without a
 * connection it could not come any more.
 */
import * as files from '../apps/files/later';
import { learn } from '../lib/words/words.svelte';

const SETTLED = 2_000; // ms

export const launcher = () => import('./Launcher.svelte');
export const keysOfWindow = () => import('./KeysOfWindow.svelte');
export const invited = () => import('./Invited.svelte');
export const received = () => import('./Received.svelte');
export const signInAgain = () => import('./SignInAgain.svelte');
export const uploadTray = () => import('./UploadTray.svelte');
export const photos = () => import('../apps/photos/Photos.svelte');
export const documents = async () => (await Promise.all([import('../apps/documents/Documents.svelte'), learn('documents')]))[0];
export const console = async () => (await Promise.all([import('../apps/console/Console.svelte'), learn('console')]))[0];
export const settings = () => import('../apps/settings/Settings.svelte');

/** Returns the function that ends the waiting. */
export function bringSoon(): () => void {
  const timer = setTimeout(() => {
    for (const part of [launcher, received, keysOfWindow, signInAgain, uploadTray, photos, documents, console, ...Object.values(files)]) part().catch(() => undefined);
  }, SETTLED);
  return () => clearTimeout(timer);
}
