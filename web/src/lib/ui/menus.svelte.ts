/** The one menu that may be open. */
import type { Action } from '../actions/action';

export interface OpenMenu {
  label: string;
  actions: readonly Action[];
  x: number;
  y: number;
}

class Menus {
  #open = $state.raw<OpenMenu | null>(null);

  get current(): OpenMenu | null {
    return this.#open;
  }

  /** At the pointer, or below the control that was pressed. */
  open(label: string, actions: readonly Action[], at: { clientX: number; clientY: number } | Element): void {
    if (actions.length === 0) return;
    const point = at instanceof Element ? below(at) : { x: at.clientX, y: at.clientY };
    this.#open = { label, actions, ...point };
  }

  close(): void {
    this.#open = null;
  }
}

function below(control: Element): { x: number; y: number } {
  const { left, bottom } = control.getBoundingClientRect();
  return { x: left, y: bottom + 2 };
}

export const menus = new Menus();
