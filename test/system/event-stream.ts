/** A live stream of server-sent events, as it has come so far. */
export interface EventStream {
  events: { name: string; data: string; id: string }[];
  /** Resolves when the server has ended it. */
  ended: Promise<void>;
  close(): void;
}

export async function openEventStream(url: string, token: string): Promise<EventStream> {
  const closing = new AbortController();
  const headers = { authorization: `Bearer ${token}`, accept: 'text/event-stream' };
  const answer = await fetch(url, { headers, signal: closing.signal });
  if (!answer.ok || answer.body === null) throw new Error(`the stream answered ${answer.status}`);
  const events: EventStream['events'] = [];
  const ended = read(answer.body, events).catch(() => undefined);
  return { events, ended, close: () => closing.abort() };
}

async function read(body: ReadableStream<Uint8Array>, events: EventStream['events']): Promise<void> {
  let rest = '';
  for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
    const blocks = (rest + chunk).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const field = (name: string): string => new RegExp(`^${name}: ?(.*)$`, 'm').exec(block)?.[1] ?? '';
      if (field('data') !== '')
        events.push({ name: field('event') || 'message', data: field('data'), id: field('id') });
    }
  }
}
