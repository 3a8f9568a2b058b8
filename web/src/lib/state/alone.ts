/** Windows of one browser that must not do the same twice. Where there are no locks (plain http) nobody waits for anybody. */
const locks = navigator.locks as LockManager | undefined;

/** This window, until it is closed or loaded anew. */
export const WINDOW = `${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`;
void locks?.request(`nuvol-window-${WINDOW}`, () => new Promise(() => undefined));

/** Act when that window is gone; at once where nobody can say. */
export async function whenGone(window: string | undefined, act: () => Promise<void>): Promise<void> {
  if (locks && window) await locks.request(`nuvol-window-${window}`, act);
  else await act();
}
