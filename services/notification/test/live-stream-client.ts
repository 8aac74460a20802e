import { eventually } from '#testkit';

export interface StreamEvent {
  id: string | undefined;
  event: string | undefined;
  data: unknown;
}

/** A client of the live stream, as strict as a browser's about what it reads. */
export class LiveStreamClient {
  readonly events: StreamEvent[] = [];
  /** Comments, such as heartbeats. */
  readonly comments: string[] = [];
  /** As a browser would send it after a break. */
  lastEventId: string | undefined;
  retry: number | undefined;
  /** Resolves when the stream has ended, however it did. */
  readonly ended: Promise<'ended' | 'broken'>;
  readonly #abort: AbortController;

  private constructor(response: Response, abort: AbortController) {
    this.#abort = abort;
    this.ended = this.#read(response).then(
      () => 'ended',
      () => 'broken',
    );
  }

  /** Resolves when the stream has begun, that is, from here on nothing is missed. */
  static async open(url: string, token: string, lastEventId?: string): Promise<LiveStreamClient> {
    const abort = new AbortController();
    const response = await fetch(`${url}/v1/inbox/stream`, {
      headers: { authorization: `Bearer ${token}`, ...(lastEventId && { 'last-event-id': lastEventId }) },
      signal: abort.signal,
    });
    if (response.status !== 200) throw new Error(`status ${response.status}: ${await response.text()}`);
    if (response.headers.get('content-type') !== 'text/event-stream') throw new Error('not an event stream');
    const client = new LiveStreamClient(response, abort);
    await eventually(() => {
      if (client.lastEventId === undefined) throw new Error('the stream has not begun');
    });
    return client;
  }

  get messages(): { text: string; redemptionId: string; messageId: string }[] {
    return this.events
      .filter(({ event }) => event === 'message')
      .map(({ data }) => data as { text: string; redemptionId: string; messageId: string });
  }

  leave(): void {
    this.#abort.abort();
  }

  async #read(response: Response): Promise<void> {
    const decoder = new TextDecoder();
    let rest = '';
    for await (const bytes of response.body ?? []) {
      rest += decoder.decode(bytes as Uint8Array, { stream: true });
      const blocks = rest.split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) this.#take(block);
    }
  }

  #take(block: string): void {
    const fields = new Map<string, string>();
    for (const line of block.split('\n')) {
      const colon = line.indexOf(':');
      if (colon === 0) this.comments.push(line.slice(1).trim());
      else fields.set(line.slice(0, colon), line.slice(colon + 1).trimStart());
    }
    const id = fields.get('id');
    if (id !== undefined) this.lastEventId = id;
    if (fields.has('retry')) this.retry = Number(fields.get('retry'));
    const data = fields.get('data');
    if (data !== undefined) this.events.push({ id, event: fields.get('event'), data: JSON.parse(data) });
  }
}
