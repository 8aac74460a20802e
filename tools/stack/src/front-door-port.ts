import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';
import { isPortFree } from '#servers';
import { StackFailure } from './stack-failure.js';

/** @throws StackFailure when the port is taken, with the process that holds it where that can be seen */
export async function refuseTakenPort(port: number): Promise<void> {
  if (await isPortFree(port)) return;
  if (port < 1024 && process.getuid?.() !== 0) {
    throw new StackFailure(
      `Port ${port} is for root only: choose one above 1023, such as npm start -- --port 8080`,
    );
  }
  const holder = holderOf(port);
  const by = holder === undefined ? '' : ` by ${holder}`;
  const other = port === 65_535 ? 8080 : port + 1;
  throw new StackFailure(
    `Port ${port} is taken${by}: stop that, or choose another port: npm start -- --port ${other}`,
  );
}

/** `name (process id)` of who listens on the port, from /proc; undefined where that is absent or not ours to see. */
export function holderOf(port: number): string | undefined {
  try {
    const socket = `socket:[${listeningInode(port)}]`;
    const processes = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
    const pid = processes.find((candidate) => holdsSocket(candidate, socket));
    return pid && `${basename(readlinkSync(`/proc/${pid}/exe`))} (process ${pid})`;
  } catch {
    return undefined;
  }
}

function listeningInode(port: number): string | undefined {
  const hexPort = port.toString(16).toUpperCase().padStart(4, '0');
  const lines = ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((file) => readFileSync(file, 'utf8').split('\n'));
  const fields = lines.map((line) => line.trim().split(/\s+/));
  // Fields: slot, local address, remote address, state (0A = listening), …, inode at 9.
  return fields.find(([, local, , state]) => state === '0A' && local?.endsWith(`:${hexPort}`))?.[9];
}

function holdsSocket(pid: string, socket: string): boolean {
  try {
    const folder = `/proc/${pid}/fd`;
    return readdirSync(folder).some((fd) => readlinkSync(`${folder}/${fd}`) === socket);
  } catch {
    return false;
  }
}
