/** Documents: an id, a revision, and a JSON object as text that is kept to the letter (u1db.md 1.1). */
import { ReplicaError } from './errors';
import { isSame, NotJson, parse, type JsonObject } from './json';

export interface Document {
  docId: string;
  rev: string;
  /** Null: it is deleted. */
  text: string | null;
  hasConflicts: boolean;
}
/** A value of a document in conflict. */
export interface Value {
  rev: string;
  text: string | null;
}

const DOC_ID = /^[a-zA-Z0-9.%_-]{1,500}$/;

export const isDocId = (docId: string): boolean => DOC_ID.test(docId);

/** Raises invalid-document-id. */
export function requireDocId(docId: string): string {
  if (!isDocId(docId)) throw new ReplicaError('invalid-document-id', `“${docId.slice(0, 100)}” is no document id.`);
  return docId;
}

/** The object in a document's text. Raises invalid-json. */
export function read(text: string): JsonObject {
  let value;
  try {
    value = parse(text);
  } catch (error) {
    throw new ReplicaError('invalid-json', `The document is no JSON: ${error instanceof NotJson ? error.message : String(error)}.`);
  }
  if (value.kind !== 'object') throw new ReplicaError('invalid-json', 'A document must be a JSON object.');
  return value;
}

/** Whether two texts hold the same value; null (deleted) is the same as null. */
export const sameContent = (one: string | null, other: string | null): boolean =>
  one === other || (one !== null && other !== null && isSame(read(one), read(other)));

const utf8 = new TextEncoder();
const bytes = (text: string | null): number => (text ? utf8.encode(text).length : 0);

/** Bytes that a document counts. */
export const size = (docId: string, rev: string | null, text: string | null): number => bytes(docId) + bytes(rev) + bytes(text);

/** 32 hexadecimal digits. `crypto.randomUUID` is not there on a plain-http address. */
export const random = (): string => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
