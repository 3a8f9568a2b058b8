/** What can be taken back, newest last: Undo in a toast and Ctrl Z are the same step. */
import { t } from '../words/words.svelte';
import { toasts, type Toast } from './toasts.svelte';

interface Step {
  toast: number;
  back: () => Promise<void>;
}

const KEPT = 50;

class Undo {
  #steps: Step[] = [];
  #acts = new Set<Promise<unknown>>();

  /** An act that will offer its way back: Ctrl Z in the middle of it means this one. */
  during(act: Promise<void>): Promise<void> {
    this.#acts.add(act);
    return act.finally(() => this.#acts.delete(act));
  }

  /** Say what was done and how it is taken back. */
  offer(text: string, icon: Toast['icon'], back: () => Promise<void>): void {
    const step: Step = { toast: 0, back };
    step.toast = toasts.say(text, { icon, action: { title: t('undo'), run: () => this.#run(step) } });
    this.#steps.push(step);
    if (this.#steps.length > KEPT) this.#steps.shift();
  }

  async last(): Promise<void> {
    await Promise.allSettled(this.#acts);
    const step = this.#steps.at(-1);
    if (step) await this.#run(step);
  }

  async #run(step: Step): Promise<void> {
    this.#steps = this.#steps.filter((other) => other !== step);
    toasts.dismiss(step.toast);
    try {
      await step.back();
      toasts.say(t('undone'), { tone: 'fine' });
    } catch (error) {
      toasts.fail(error);
    }
  }
}

export const undo = new Undo();
