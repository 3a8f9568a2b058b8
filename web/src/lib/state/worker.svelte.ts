/** The service worker's side of the page: begin it, and say when the desktop has a newer version than the one shown. */
import Refresh from '@lucide/svelte/icons/refresh-cw';
import { t } from '../words/words.svelte';
import { live } from './live.svelte';
import { toasts } from './toasts.svelte';

const HOUR = 3_600_000; // ms

/** Browsers have it in secure contexts only: https, or the machine itself. */
export async function begin(): Promise<void> {
  const workers = navigator.serviceWorker as ServiceWorkerContainer | undefined;
  if (!workers) return;
  workers.addEventListener('message', ({ data }) => isOlder((data as { files: string[] }).files) && say());
  const registration = (await workers.register('/worker.js', { updateViaCache: 'none' })) as ServiceWorkerRegistration | undefined;
  if (!registration) return; // a browser that was told to have none
  const look = () => void registration.update().catch(() => undefined);
  setInterval(look, HOUR);
  $effect.root(() => {
    $effect(() => {
      if (live.opened > 1) look(); // a server that was away, however shortly, may have come back as a newer one
    });
  });
}

/** Whether this page was made of other files. */
function isOlder(files: readonly string[]): boolean {
  const { pathname } = new URL(document.querySelector<HTMLScriptElement>('script[type=module]')!.src);
  return !files.includes(pathname);
}

function say(): void {
  const id = toasts.say(t('newerNuvol'), { icon: Refresh, action: { title: t('reload'), run: () => location.reload() } });
  toasts.hold(id); // for as long as it is true
}
