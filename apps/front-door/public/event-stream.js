/**
 * Server-sent events over fetch: EventSource cannot send an Authorization header. Calls `onEvent` for each event until
 * the stream ends or `signal` is aborted; resumes behind `lastEventId`.
 * @param {string} path
 * @param {{ token: string, lastEventId?: string, signal: AbortSignal, onOpen: () => void,
 *   onEvent: (event: { name: string, data: string, id: string }) => void }} options
 */
export async function readEventStream(path, { token, lastEventId = '', signal, onOpen, onEvent }) {
  const headers = {
    authorization: `Bearer ${token}`,
    accept: 'text/event-stream',
    'last-event-id': lastEventId,
  };
  const response = await fetch(path, { headers, signal });
  if (!response.ok || response.body === null) throw new Error(`the stream answered ${response.status}`);
  onOpen();
  let rest = '';
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    const blocks = (rest + chunk).split(/\r?\n\r?\n/);
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const event = eventOf(block);
      if (event !== undefined) onEvent(event);
    }
  }
}

/** Undefined for a block without data, such as a comment that only keeps the connection alive. */
function eventOf(block) {
  const fields = { event: [], data: [], id: [] };
  for (const line of block.split(/\r?\n/)) {
    const [, name, value] = /^([a-z]+): ?(.*)$/.exec(line) ?? [];
    if (name !== undefined && name in fields) fields[name].push(value);
  }
  if (fields.data.length === 0) return undefined;
  return { name: fields.event.at(-1) ?? 'message', data: fields.data.join('\n'), id: fields.id.at(-1) ?? '' };
}
