import type { ChannelMessage } from '#contracts';
import type { StreamEnd } from './inbox-stream.js';

/** Milliseconds after which a client reconnects. */
const RETRY_MS = 2_000;
/** A user's streams beyond the limit would push each other out for ever if they came back at once. */
const RETRY_WHEN_REPLACED_MS = 60_000;

/** Gives the client a position to resume from before there is any message. */
export function openingChunk(position: number): string {
  return `retry: ${RETRY_MS}\nid: ${position}\n\n`;
}

/** JSON holds no raw line break, so the message is one `data:` line. */
export function messageChunk(position: number, message: ChannelMessage): string {
  return `id: ${position}\nevent: message\ndata: ${JSON.stringify(message)}\n\n`;
}

/** A comment: clients ignore it, proxies and dead connections do not. */
export const heartbeatChunk = ': heartbeat\n\n';

export function endChunk(reason: StreamEnd): string {
  const retry = reason === 'replaced' ? `retry: ${RETRY_WHEN_REPLACED_MS}\n` : '';
  return `${retry}event: end\ndata: ${JSON.stringify({ reason })}\n\n`;
}
