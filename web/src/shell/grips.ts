/** Taking hold of windows: the bar moves them, eight edges size them. */
import { shape } from '../lib/state/shape.svelte';
import type { Snap } from '../lib/state/placement.svelte';
import type { DeskWindow } from '../lib/state/windows.svelte';

export const EDGES = ['n', 'e', 's', 'w', 'nw', 'ne', 'sw', 'se'] as const;

const STARTS = 4; // px before a press becomes a move
const SNAPS = 12; // px from the edge of the desk

/** Follow the pointer until it is let go; distances in parts of the desk. */
function follow(handle: HTMLElement, begins: (event: PointerEvent) => boolean, step: (dx: number, dy: number) => void, end?: (event: PointerEvent) => void) {
  const down = (press: PointerEvent) => {
    if (press.button !== 0 || !shape.isWide || !begins(press)) return;
    const desk = handle.closest('[data-desk]')!.getBoundingClientRect();
    let last = press;
    let started = false;
    const move = (event: PointerEvent) => {
      started ||= Math.hypot(event.clientX - press.clientX, event.clientY - press.clientY) > STARTS;
      if (!started) return;
      step((event.clientX - last.clientX) / desk.width, (event.clientY - last.clientY) / desk.height);
      last = event;
    };
    const up = (event: PointerEvent) => {
      removeEventListener('pointermove', move);
      if (started) end?.(event);
    };
    addEventListener('pointermove', move);
    addEventListener('pointerup', up, { once: true });
  };
  handle.addEventListener('pointerdown', down);
  return () => handle.removeEventListener('pointerdown', down);
}

const onControl = (event: Event) => (event.target as Element).closest('button, a, input, [role=group]') !== null;

export const moving = (window: DeskWindow) => (bar: HTMLElement) => {
  const maximise = (event: MouseEvent) => {
    if (!onControl(event) && shape.isWide) window.placement.snap('full');
  };
  bar.addEventListener('dblclick', maximise);
  const end = follow(
    bar,
    (event) => !onControl(event),
    (dx, dy) => window.placement.move(dx, dy),
    (event) => {
      const snap = snapAt(event);
      if (snap) window.placement.snap(snap);
    },
  );
  return () => {
    bar.removeEventListener('dblclick', maximise);
    end();
  };
};

export const sizing = (window: DeskWindow, edges: string) => (edge: HTMLElement) =>
  follow(edge, () => true, (dx, dy) => window.placement.size(edges, dx, dy));

function snapAt({ clientX, clientY }: PointerEvent): Snap | null {
  if (clientY < SNAPS) return 'full';
  if (clientX < SNAPS) return 'left';
  return clientX > innerWidth - SNAPS ? 'right' : null;
}
