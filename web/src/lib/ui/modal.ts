const CONTROLS = 'input:not(:disabled), select, textarea, button:not(:disabled), a[href], [tabindex="0"]';

/**
 * An attachment that shows a dialog over everything, and gives the focus back when it goes.
 *
 * Focus enters where something is made or chosen: at what is marked `data-first`, else at the first control of `.body`,
 * else of the footer. Listen to `close`, not to `cancel`: browsers let a page refuse Esc only once in a while, and close
 * the second time.
 */
export function modal(dialog: HTMLDialogElement): () => void {
  const before = document.activeElement;
  dialog.showModal();
  const first = ['[data-first]', `.body :is(${CONTROLS})`, 'footer button'].map((wish) => dialog.querySelector<HTMLElement>(wish));
  first.find((control) => control?.checkVisibility())?.focus();
  return () => {
    const gone = !(before instanceof HTMLElement && before.isConnected);
    const back = gone ? document.querySelector<HTMLElement>('main [data-region][tabindex]') : before;
    back?.focus(); // the browser does not for a removed dialog
  };
}

/** An attachment for what comes later than its dialog: scrolled by keys at once, unless the person went elsewhere. */
export function takeFocus(element: HTMLElement): void {
  const dialog = element.closest('dialog');
  if (document.activeElement?.matches('body, dialog, [data-first]') || !dialog?.contains(document.activeElement)) element.focus({ preventScroll: true });
}
