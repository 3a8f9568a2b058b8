/** What is said once, below: done things with their way back, and failures. */
import type { Component } from 'svelte';
import { sentence } from '../api/problems';

export interface Toast {
  id: number;
  text: string;
  tone: 'plain' | 'fine' | 'bad';
  icon?: Component;
  action?: { title: string; run: () => unknown };
}

const SHOWN = 10_000; // ms: time enough to read it and to reach Undo
const MOST = 3;

class Toasts {
  #list = $state.raw<Toast[]>([]);
  #timers = new Map<number, ReturnType<typeof setTimeout>>();
  #last = 0;

  get list(): readonly Toast[] {
    return this.#list;
  }

  say(text: string, more: Partial<Omit<Toast, 'id' | 'text'>> = {}): number {
    const toast: Toast = { id: ++this.#last, text, tone: 'plain', ...more };
    for (const old of this.#list.slice(0, Math.max(0, this.#list.length - MOST + 1))) this.dismiss(old.id);
    this.#list = [...this.#list, toast];
    this.release(toast.id);
    return toast.id;
  }

  readonly fail = (error: unknown): void => {
    this.say(sentence(error), { tone: 'bad' });
  };

  dismiss(id: number): void {
    this.hold(id);
    this.#list = this.#list.filter((toast) => toast.id !== id);
  }

  /** Keep it while it is pointed at or focused. */
  hold(id: number): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
  }
  release(id: number): void {
    this.hold(id);
    this.#timers.set(id, setTimeout(() => this.dismiss(id), SHOWN));
  }
}

export const toasts = new Toasts();
