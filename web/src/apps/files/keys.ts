/** The keyboard of a list of entries (README §10). */
import { isPressed, isSingleKey } from '../../lib/actions/action';
import * as trashing from '../../lib/actions/trashing';
import { look } from '../../lib/state/look.svelte';
import { entryActions, placeActions } from './actions';
import { kindOf } from './kinds';
import type { FilesView } from './view.svelte';

export interface Layout {
  columns: number;
  page: number;
  reveal(index: number): void;
  menu(): void;
}

const JUMP = 900; // ms within which letters belong to one name
let typed = '';
let timer: ReturnType<typeof setTimeout> | undefined;

/** Returns whether the key meant something. */
export function press(event: KeyboardEvent, view: FilesView, layout: Layout): boolean {
  if (walk(event, view, layout)) return true;
  const { selection } = view;
  const standing = view.entries[selection.cursorIndex];
  const chosen = selection.count ? selection.nodes : standing ? [standing] : [];
  if (isPressed(event, 'Ctrl A')) selection.all();
  else if (isPressed(event, 'Esc') && selection.count) selection.clear();
  else if (isPressed(event, 'Esc') && view.filter !== null) view.filter = null;
  else if (isPressed(event, 'Backspace')) view.up();
  else if (isPressed(event, 'Space') && standing && typed === '') lookAt(view);
  else if (isPressed(event, 'Ctrl Space') && standing) selection.toggle(standing.id);
  else if (isPressed(event, 'Enter') && standing) {
    if (view.place.kind === 'trash') void trashing.restore(chosen);
    else view.open(standing);
  } else if (isPressed(event, 'F10') || event.key === 'ContextMenu' || isPressed(event, 'Shift F10')) layout.menu();
  else if (isPressed(event, '/')) view.find();
  else if (isPressed(event, 'I') && look.singleKeys && typed === '') view.toggleDetails();
  else {
    const action = [...entryActions(view, chosen), ...placeActions(view)].find(
      ({ keys }) => keys && isPressed(event, keys) && (!isSingleKey(keys) || (look.singleKeys && typed === '')),
    );
    if (!action) return jump(event, view, layout);
    void action.run();
  }
  return true;
}

function lookAt(view: FilesView): void {
  const standing = view.entries[view.selection.cursorIndex]!;
  if (standing.kind === 'file' && view.place.kind !== 'trash' && kindOf(standing)) view.looking = standing;
  else view.selection.toggle(standing.id);
}

function walk(event: KeyboardEvent, view: FilesView, { columns, page, reveal }: Layout): boolean {
  const { entries, selection } = view;
  if (event.altKey || entries.length === 0) return false;
  const at = selection.cursorIndex;
  const steps: Record<string, number> = {
    ArrowDown: at + columns,
    ArrowUp: at - columns,
    PageDown: at + page * columns,
    PageUp: at - page * columns,
    Home: 0,
    End: entries.length - 1,
    ...(columns > 1 ? { ArrowRight: at + 1, ArrowLeft: at - 1 } : {}),
  };
  const wish = steps[event.key];
  if (wish === undefined) return false;
  const to = at < 0 ? 0 : Math.min(entries.length - 1, Math.max(0, wish));
  const { id } = entries[to]!;
  if (event.shiftKey) selection.extendTo(id);
  else if (event.ctrlKey) selection.stand(id);
  else selection.only(id);
  reveal(to);
  return true;
}

/** Typing a name goes to it. */
function jump(event: KeyboardEvent, view: FilesView, layout: Layout): boolean {
  if (event.key.length !== 1 || event.key === '?' || event.ctrlKey || event.altKey || event.metaKey) return false;
  typed += event.key.toLowerCase();
  clearTimeout(timer);
  timer = setTimeout(() => (typed = ''), JUMP);
  const index = view.entries.findIndex((entry) => entry.name.toLowerCase().startsWith(typed));
  if (index < 0) return true;
  view.selection.only(view.entries[index]!.id);
  layout.reveal(index);
  return true;
}
