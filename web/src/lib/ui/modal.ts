/** An attachment that shows a dialog over everything, and gives the focus back when it goes. */
export function modal(dialog: HTMLDialogElement): () => void {
  const before = document.activeElement;
  dialog.showModal();
  return () => {
    dialog.close();
    if (before instanceof HTMLElement && before.isConnected) before.focus(); // the browser does not, once it is removed
  };
}
