/** Something a person can do: menu, toolbar, sheet and key share this one definition. */
import type { Component } from 'svelte';

export interface Action {
  title: string;
  icon: Component;
  /** As shown, and as pressed: "Ctrl X", "F2", "Shift N". */
  keys?: string;
  tone?: 'bad';
  /** Actions of one group stand together in menus. */
  group: number;
  run: () => unknown;
}

const NAMES: Record<string, string> = { del: 'delete', space: ' ', esc: 'escape' };

/** Whether this key press is the one written as `keys`. */
export function isPressed(event: KeyboardEvent, keys: string): boolean {
  const parts = keys.toLowerCase().split(' ');
  const key = parts.pop()!;
  return (
    event.key.toLowerCase() === (NAMES[key] ?? key) &&
    (event.ctrlKey || event.metaKey) === parts.includes('ctrl') &&
    event.altKey === parts.includes('alt') &&
    (event.shiftKey === parts.includes('shift') || key === '?')
  );
}

/** A letter without Ctrl or Alt: may be switched off, and never acts while somebody types. */
export const isSingleKey = (keys: string): boolean => /^(shift )?\S$/i.test(keys);

export const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.matches('input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]');
