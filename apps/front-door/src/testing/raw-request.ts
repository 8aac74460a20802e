import { connect } from 'node:net';
import { text } from 'node:stream/consumers';

/** Sends bytes as they are (any HTTP client would tidy them up) and gives the whole answer. */
export async function rawRequest(url: string, lines: string[]): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  return text(socket);
}

/** A GET for exactly this target. */
export function rawGet(url: string, target: string): Promise<string> {
  return rawRequest(url, [`GET ${target} HTTP/1.1`, 'Host: test', 'Connection: close']);
}
