/**
 * An attachment that shows a dialog over everything, and gives the focus back when it goes.
 *
 * Listen to `close`, not to `cancel`: browsers let a page refuse Esc only once in a while, and close the second time.
 */
export function modal(dialog: HTMLDialogElement): () => void {
  const before = document.activeElement;
  dialog.showModal();
  return () => {
    const gone = !(before instanceof HTMLElement && before.isConnected);
    const back = gone ? document.querySelector<HTMLElement>('main [data-region][tabindex]') : before;
    back?.focus(); // the browser does not for a removed dialog
  };
}
