/** What an answer taught us about nodes, told to every open view at once; the journal brings the rest. */
import type { Node } from '../api/files';

export interface Known {
  /** Of which folder on another cloud; none: of this cloud. */
  cloud?: number;
  put?: Node;
  gone?: readonly number[];
}
type Listener = (known: Known) => void;

const listeners = new Set<Listener>();

/** Returns the function that ends it. */
export function onKnown(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function tell(known: Known): void {
  for (const listener of listeners) listener(known);
}

/** Set in this browser while changes of documents wait to be sent: then the desk starts their sync with itself. */
export const DOCUMENTS_WAIT = 'documents-wait';
