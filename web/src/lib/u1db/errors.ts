/** What a replica refuses, by the same codes as the server's. */
export type Code =
  | 'invalid-document-id'
  | 'invalid-json'
  | 'invalid-revision'
  | 'revision-conflict'
  | 'document-conflicted'
  | 'document-missing'
  | 'document-deleted'
  | 'document-too-big'
  | 'index-missing'
  | 'index-name-taken'
  | 'invalid-index-definition'
  | 'invalid-value-for-index'
  | 'invalid-globbing'
  | 'invalid-generation'
  | 'invalid-transaction-id'
  | 'broken-sync-stream'
  | 'entry-too-long';

export class ReplicaError extends Error {
  constructor(
    readonly code: Code,
    message: string,
  ) {
    super(message);
  }
}

export const isReplicaError = (error: unknown, ...codes: Code[]): error is ReplicaError =>
  error instanceof ReplicaError && (codes.length === 0 || codes.includes(error.code));
