import { parseArgs } from 'node:util';
import { StackFailure } from './stack-failure.js';

export const commands = ['start', 'stop', 'reset'] as const;
export type Command = (typeof commands)[number];

export interface StackOptions {
  command: Command;
  /** TCP port of the front door on 127.0.0.1. */
  port: number;
  infraOnly: boolean;
  /** On data of its own that is removed at the end, beside the stack of this clone. */
  throwaway: boolean;
  debug: boolean;
}

/**
 * Reads the command line; the port also from FRONT_DOOR_PORT or PORT.
 * @throws StackFailure naming the wrong argument
 */
export function readOptions(args: string[], env: NodeJS.ProcessEnv): StackOptions {
  const { values, positionals } = parse(args);
  const command = commands.find((known) => known === positionals[0]);
  if (command === undefined || positionals.length > 1) {
    throw new StackFailure(`Unknown argument ${positionals.at(-1) ?? ''}: see npm start -- --help`);
  }
  const port = values.port ?? (env['FRONT_DOOR_PORT'] || env['PORT'] || '8080');
  return {
    command,
    port: readPort(port),
    infraOnly: values['infra-only'],
    throwaway: values.throwaway,
    debug: values.debug,
  };
}

function parse(args: string[]): ReturnType<typeof parseKnown> {
  try {
    return parseKnown(args);
  } catch (error) {
    const message = error instanceof Error ? (error.message.split('.')[0] ?? '') : String(error);
    throw new StackFailure(`${message}: see npm start -- --help`);
  }
}

function parseKnown(args: string[]): {
  values: { port?: string | undefined; 'infra-only': boolean; throwaway: boolean; debug: boolean };
  positionals: string[];
} {
  const off = { type: 'boolean', default: false } as const;
  return parseArgs({
    args,
    allowPositionals: true,
    options: { port: { type: 'string' }, 'infra-only': off, throwaway: off, debug: off },
  });
}

function readPort(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port >= 1 && port <= 65_535) return port;
  throw new StackFailure(`${text} is not a port: give a number from 1 to 65535, such as --port 8081`);
}
