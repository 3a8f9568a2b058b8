import { toasts } from '../state/toasts.svelte';
import { t } from '../words/words.svelte';

/** Text to the clipboard, also where the browser gives pages none: plain http on a LAN address. */
export async function copyText(text: string): Promise<boolean> {
  if (navigator.clipboard) {
    return navigator.clipboard.writeText(text).then(
      () => true,
      () => false,
    );
  }
  const before = document.activeElement as HTMLElement | null;
  const field = document.createElement('textarea');
  field.value = text;
  field.className = 'sr';
  (before?.closest('dialog') ?? document.body).append(field); // while a dialog is open, nothing behind it takes a selection
  field.select();
  const done = document.execCommand('copy');
  field.remove();
  before?.focus();
  return done;
}

/** The same, and say how it went. */
export async function copyAndSay(text: string): Promise<void> {
  if (await copyText(text)) toasts.say(t('copied'), { tone: 'fine' });
  else toasts.say(t('copyFailed'), { tone: 'bad' });
}
