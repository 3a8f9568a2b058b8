/** Dialogs that somebody waits for: one at a time, answered by a person. */
import type { Component } from 'svelte';
import type { Node } from '../api/files';

export interface Arrival {
  name: string;
  size: number;
  modified: string;
  /** Set when the arriving one is a file of this device: its picture can be shown. */
  file?: File;
  node?: Node;
}

export type ClashAnswer = 'both' | 'over' | 'skip' | 'stop';

export interface Clash {
  kind: 'clash';
  folder: string;
  there: Node;
  arriving: Arrival;
  /** A file sent up becomes a new version; a moved or copied one replaces. */
  versions: boolean;
}
export interface Removal {
  kind: 'removal';
  title: string;
  action: string;
  /** What goes with it, where that is not said already. */
  hint?: string;
  icon?: Component;
}
export interface FolderChoice {
  kind: 'folder';
  nodes: readonly Node[];
  /** What becomes of it: the nodes go there, or files of this device; or it is itself what is meant. */
  to: 'move' | 'copy' | 'upload' | 'choose';
  start: string;
}

type Question = Clash | Removal | FolderChoice;
type Answer<Q> = Q extends Clash
  ? { choice: ClashAnswer; always: boolean }
  : Q extends Removal
    ? boolean
    : Node | null;

interface Asked {
  question: Question;
  answer: (value: never) => void;
}

class Questions {
  #queue = $state.raw<readonly Asked[]>([]);

  get current(): Question | null {
    return this.#queue[0]?.question ?? null;
  }

  ask<Q extends Question>(question: Q): Promise<Answer<Q>> {
    return new Promise((answer) => {
      this.#queue = [...this.#queue, { question, answer: answer as Asked['answer'] }];
    });
  }

  answer<Q extends Question>(question: Q, value: Answer<Q>): void {
    const asked = this.#queue.find((each) => each.question === question);
    this.#queue = this.#queue.filter((each) => each !== asked);
    asked?.answer(value as never);
  }
}

export const questions = new Questions();
