/** What is open to others, and what others opened; asked again a little after something changed. */
import * as sharing from '../api/sharing';
import type { Node } from '../api/files';
import { live } from './live.svelte';
import { session } from './session.svelte';

const CALM = 1_500; // ms without news before it is asked again

class Shares {
  #known = $state.raw<sharing.Shares>({ with_me: [], by_me: [] });
  #timer: ReturnType<typeof setTimeout> | undefined;

  get withMe(): readonly sharing.Share[] {
    return this.#known.with_me;
  }
  get byMe(): readonly sharing.Share[] {
    return this.#known.by_me;
  }
  /** Open to others, or opened by another: the folder itself, not what is in it. */
  isShared(node: Pick<Node, 'id'>): boolean {
    return [...this.#known.with_me, ...this.#known.by_me].some((share) => share.node.id === node.id);
  }
  /** Opened by another: what one has is only the way to it. */
  isOpenedToMe(node: Pick<Node, 'id' | 'cloud'>): boolean {
    return node.cloud === undefined && this.#known.with_me.some((share) => share.node.id === node.id);
  }
  /** Whose it is, when it is another's. */
  ownerOf(node: Pick<Node, 'owner_id'>): string | null {
    if (node.owner_id === undefined || node.owner_id === session.account?.id) return null;
    return this.#known.with_me.find((share) => share.owner.account_id === node.owner_id)?.owner.name ?? null;
  }

  start(): void {
    const ask = () => void this.ask().catch(() => undefined); // what is known stays
    ask();
    live.listen(() => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(ask, CALM);
    });
  }

  async ask(): Promise<void> {
    this.#known = await sharing.shares();
  }
}

export const shares = new Shares();
