import { connect, type Socket } from 'node:net';

export interface Reply {
  readonly status: number;
  /** Only of refusals: a body that nobody reads costs the machine for nothing. */
  readonly code: string;
}

const CODE = /"code":"(\w+)"/;
const LENGTH = /\r\ncontent-length: (\d+)\r\n/i;

/**
 * One kept connection that sends the next request when the last is answered. Speaks just as much HTTP as our services
 * answer (a status line and a content-length): the load shares the machine with what it measures, and a client
 * library costs three times as much per request (docs/performance.md).
 */
export class Connection {
  private readonly socket: Socket;
  private received = '';
  private sentAt = 0;

  constructor(
    port: number,
    /** The next request's bytes, or undefined: enough. */
    private readonly next: () => string | undefined,
    private readonly answered: (reply: Reply, milliseconds: number) => void,
    private ended: (problem?: string) => void,
  ) {
    this.socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.socket.setEncoding('latin1');
    this.socket.on('connect', () => this.send());
    this.socket.on('data', (chunk: string) => this.read(chunk));
    this.socket.on('error', (error) => this.finish(error.message));
    this.socket.on('close', () => this.finish('the connection was closed'));
  }

  private send(): void {
    const request = this.next();
    if (request === undefined) return this.finish();
    this.sentAt = performance.now();
    this.socket.write(request, 'latin1');
  }

  private read(chunk: string): void {
    this.received = this.received === '' ? chunk : this.received + chunk;
    const headEnd = this.received.indexOf('\r\n\r\n');
    if (headEnd < 0) return;
    const head = this.received.slice(0, headEnd + 2);
    const length = LENGTH.exec(head)?.[1];
    if (length === undefined) return this.finish(`an answer without content-length: ${head.slice(0, 100)}`);
    const whole = headEnd + 4 + Number(length);
    if (this.received.length < whole) return;
    const status = Number(head.slice(9, 12));
    const code = status < 400 ? '' : (CODE.exec(this.received)?.[1] ?? '');
    this.received = this.received.slice(whole);
    this.answered({ status, code }, performance.now() - this.sentAt);
    this.send();
  }

  private finish(problem?: string): void {
    this.socket.removeAllListeners('close').removeAllListeners('data');
    this.socket.destroy();
    this.ended(problem);
    this.ended = () => undefined;
  }
}
