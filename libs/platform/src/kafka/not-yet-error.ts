/**
 * A consumer throws it when what the fact refers to has not arrived yet, as facts of two topics come in any order: the
 * fact is kept and tried again. Whoever throws it bounds the wait, for its partition stands still meanwhile.
 */
export class NotYetError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'NotYetError';
  }
}
