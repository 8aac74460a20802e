import { type ChildOptions, type LivingChild, lastLogLines, startChild } from '../child-process.js';
import { untilReady } from '../probes.js';
import { type RunningServer, type ServerKind, ServerUnavailable, serverLabel } from '../servers.js';
import { type ProgramData, choosePorts } from './program-data.js';

const ATTEMPTS = 3;
const START_MS = 60_000;

/** How one kind of program server is started and stopped; `ports` are its own to listen on. */
export interface ProgramServer {
  kind: ServerKind;
  data: ProgramData;
  portCount: number;
  /** Writes its configuration for these ports and says what to run. */
  prepare(ports: number[]): Promise<Omit<ChildOptions, 'logFile'>>;
  address(ports: number[]): string;
  probe(address: string): Promise<void>;
  /** The signal of a clean stop, and how long that may take before it is killed. */
  stop: { signal: NodeJS.Signals; graceMs: number };
}

/**
 * Starts a program server and waits until it answers; when another process has just taken its port, again on others.
 * @throws ServerUnavailable with the last line of its log and the log's place
 */
export async function startProgram(server: ProgramServer): Promise<RunningServer> {
  for (let attempt = 1; ; attempt += 1) {
    const ports = await choosePorts(server.data, server.portCount, attempt);
    const child = await startChild({ ...(await server.prepare(ports)), logFile: server.data.logFile });
    const url = server.address(ports);
    const ready = await untilReady(() => server.probe(url), {
      timeoutMs: START_MS,
      everyMs: 60,
      isHopeless: () => child.hasExited(),
    });
    const { signal, graceMs } = server.stop;
    if (ready) return { url, origin: 'program', pid: child.pid, stop: () => child.stop(signal, graceMs) };
    await child.stop('SIGKILL', 0);
    if (attempt === ATTEMPTS || !lostItsPort(child)) throw notStarted(server, child);
  }
}

function lostItsPort(child: LivingChild): boolean {
  return lastLogLines(child.logFile, 50).some((line) => /address already in use/i.test(line));
}

function notStarted({ kind }: ProgramServer, child: LivingChild): ServerUnavailable {
  const said = lastLogLines(child.logFile, 1)[0] ?? 'nothing in its log';
  return new ServerUnavailable(`${serverLabel[kind]} did not start: ${said} (log: ${child.logFile})`);
}
