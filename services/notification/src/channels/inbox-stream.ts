/** Why a stream ends; the last event on it says so. */
export type StreamEnd = 'token_expired' | 'shutting_down' | 'replaced' | 'unavailable';

export interface StreamOwner {
  readonly tenantId: string;
  readonly userId: string;
}

/**
 * One client's open stream: how far it has read, and a bell that tells it to look again. Rings are not counted: the
 * database says what is new.
 */
export class InboxStream {
  /** Position of the last message handed to the client. */
  position: number;
  /** Epoch milliseconds since when a chunk lies ready that the client does not take; null while it takes them. */
  blockedSince: number | null = null;
  #rung = false;
  #end: StreamEnd | 'left' | null = null;
  #resume: (() => void) | null = null;

  constructor(
    readonly owner: StreamOwner,
    position: number,
    /** Cuts the connection. */
    readonly cut: () => void,
  ) {
    this.position = position;
  }

  /** Why to end, once there is a reason; 'left' = the client is gone. */
  get end(): StreamEnd | 'left' | null {
    return this.#end;
  }

  ring(): void {
    this.#rung = true;
    this.#resume?.();
  }

  /** The first reason counts. A client that takes nothing cannot be told: its connection is cut. */
  close(reason: StreamEnd | 'left'): void {
    this.#end ??= reason;
    this.#resume?.();
    if (this.blockedSince !== null && reason !== 'left') this.cut();
  }

  /** Waits for the bell (also one rung before), the end, or `ms`. */
  async wait(ms: number): Promise<void> {
    if (!this.#rung && this.#end === null) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, ms);
      this.#resume = resolve;
      await promise;
      this.#resume = null;
      clearTimeout(timer);
    }
    this.#rung = false;
  }
}
