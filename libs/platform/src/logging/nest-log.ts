import type { LoggerService } from '@nestjs/common';
import type { Log } from './log.js';

/** Nest's own messages in our log. Its start-up chatter (one line per module and route) is for debugging. */
export class NestLog implements LoggerService {
  constructor(private readonly target: Log) {}

  log(message: unknown, ...rest: unknown[]): void {
    this.target.debug(fields(rest), text(message));
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.target.debug(fields(rest), text(message));
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.target.warn(fields(rest), text(message));
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.target.error({ ...fields(rest), ...(message instanceof Error && { err: message }) }, text(message));
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.error(message, ...rest);
  }
}

function text(message: unknown): string {
  if (message instanceof Error) return message.message;
  return typeof message === 'string' ? message : JSON.stringify(message);
}

/** Nest hands over its context's name last, and a stack before it. */
function fields(rest: readonly unknown[]): object {
  const words = rest.filter((part) => typeof part === 'string');
  const context = words.at(-1);
  const stack = words.length > 1 ? words.at(-2) : undefined;
  return { ...(context !== undefined && { context }), ...(stack !== undefined && { stack }) };
}
