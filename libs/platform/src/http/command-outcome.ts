import type { CommandAnswer } from './command-request.js';

/**
 * The answer to a command. Returned by a route handler as it is, it is sent with its own status and headers, and with
 * `idempotency-replayed: true` when it is the stored answer to an earlier copy of the request.
 */
export class CommandOutcome<T> implements CommandAnswer<T> {
  readonly status: number;
  readonly body: T;
  readonly headers: Readonly<Record<string, string>>;
  readonly replayed: boolean;

  constructor(answer: CommandAnswer<T> & { readonly replayed?: boolean }) {
    this.status = answer.status;
    this.body = answer.body;
    this.headers = answer.headers ?? {};
    this.replayed = answer.replayed ?? false;
  }
}
