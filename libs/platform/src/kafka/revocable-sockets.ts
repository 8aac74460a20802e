import { connect, type Socket } from 'node:net';
import type { ISocketFactory } from 'kafkajs';

const KEEP_ALIVE_MS = 60_000;

/**
 * The sockets of one kafkajs client, which can be cut for good: kafkajs' own disconnect waits for the requests in flight,
 * and what was given up may even connect again by itself.
 */
export class RevocableSockets {
  readonly #open = new Set<Socket>();
  #revoked = false;

  /** Plain TCP, as the connection's settings say. @throws after `revoke` */
  readonly open: ISocketFactory = ({ host, port, ssl, onConnect }) => {
    if (this.#revoked) throw new Error('this client was given up');
    // kafkajs' type says it is always there.
    if (ssl as unknown) throw new Error('TLS to the broker is not set up here');
    const socket = connect({ host, port }, onConnect);
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    this.#open.add(socket);
    socket.once('close', () => this.#open.delete(socket));
    return socket;
  };

  /** Nothing that has not left this machine yet leaves it any more, neither from here nor from the kernel's buffers. */
  revoke(): void {
    this.#revoked = true;
    for (const socket of this.#open) reset(socket);
  }
}

/**
 * Closes with RST, so that the kernel forgets what it has not sent. Node's own resetAndDestroy() first sends all that is
 * still to be written; this is the flag that it sets before.
 */
function reset(socket: Socket): void {
  (socket as Socket & { resetAndClosing?: boolean }).resetAndClosing = true;
  socket.destroy(new Error('this client was given up'));
}
