/** The keyboard of a roll of photos (README §10). */
import { isPressed, isSingleKey } from '../../lib/actions/action';
import type { Photo } from '../../lib/api/photos';
import { look } from '../../lib/state/look.svelte';
import type { Roll } from '../../lib/state/roll.svelte';
import { photoActions, placeActions } from './actions';
import type { PhotosView } from './view.svelte';

export interface Layout {
  reveal(photo: Photo): void;
  /** The one above or below. */
  vertical(photo: Photo, step: 1 | -1): Photo | undefined;
  /** Scroll by a page. */
  turn(step: 1 | -1): void;
  menu(): void;
}

/** Returns whether the key meant something. */
export function press(event: KeyboardEvent, view: PhotosView, roll: Roll, layout: Layout): boolean {
  if (walk(event, view, roll, layout)) return true;
  const { selection, standing } = view;
  const chosen = selection.count ? selection.nodes : standing ? [standing] : [];
  if (isPressed(event, 'Ctrl A')) void view.chooseAll();
  else if (isPressed(event, 'Esc') && selection.count) selection.clear();
  else if ((isPressed(event, 'Ctrl Space') || (isPressed(event, 'Space') && selection.count > 0)) && standing) selection.toggle(standing.id);
  else if ((isPressed(event, 'Enter') || isPressed(event, 'Space')) && standing) view.open(standing);
  else if (isPressed(event, 'PageDown')) layout.turn(1);
  else if (isPressed(event, 'PageUp')) layout.turn(-1);
  else if (event.key === '+' || event.key === '-') view.resize(event.key === '+' ? 1 : -1);
  else if (isPressed(event, 'F10') || event.key === 'ContextMenu' || isPressed(event, 'Shift F10')) layout.menu();
  else {
    const action = [...photoActions(view, chosen), ...placeActions(view)].find(({ keys }) => keys && isPressed(event, keys) && (!isSingleKey(keys) || look.singleKeys));
    if (!action) return false;
    void action.run();
  }
  return true;
}

function walk(event: KeyboardEvent, view: PhotosView, roll: Roll, layout: Layout): boolean {
  if (event.altKey || roll.total === 0) return false;
  const { standing } = view;
  const at = standing ? roll.indexOf(standing.id) : -1;
  const steps: Record<string, number> = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: roll.total - 1 };
  const vertical = { ArrowDown: 1, ArrowUp: -1 }[event.key] as 1 | -1 | undefined;
  if (!(event.key in steps) && !vertical) return false;
  const { shiftKey, ctrlKey } = event;
  if (vertical && standing) {
    const next = layout.vertical(standing, vertical);
    if (next) stand(next);
    else void to(at + vertical);
  } else void to(vertical ? 0 : steps[event.key]!);
  return true;

  /** It may have to come first. */
  async function to(index: number): Promise<void> {
    const wish = Math.min(roll.total - 1, Math.max(0, index));
    await roll.need(wish);
    const photo = roll.at(wish) ?? roll.photos.at(-1);
    if (photo) stand(photo);
  }
  function stand(photo: Photo): void {
    if (shiftKey && standing && view.selection.count === 0) view.selection.only(standing.id);
    if (shiftKey) view.selection.extendTo(photo.id);
    else if (ctrlKey || view.selection.count === 0) view.selection.stand(photo.id);
    else view.selection.only(photo.id);
    layout.reveal(photo);
  }
}
