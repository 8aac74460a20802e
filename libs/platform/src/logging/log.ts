import { pino } from 'pino';
import type { DestinationStream, Logger } from 'pino';
import { currentContext } from '../context/request-context.js';
import { scrub } from './scrub.js';

export interface LogOptions {
  /** pino level name; default info. */
  readonly level?: string;
  /** On every line. */
  readonly bindings?: Readonly<Record<string, unknown>>;
  /** Default: standard output. */
  readonly destination?: DestinationStream;
}

/**
 * Structured log: one JSON object per line. Correlation id, tenant and trace are added by itself; tokens, passwords and
 * the credentials in URLs never leave. An error goes in as `{ err }`.
 */
export class Log {
  readonly #pino: Logger;

  constructor(options: LogOptions | Logger = {}) {
    this.#pino = isLogger(options) ? options : createLogger(options);
  }

  debug(fields: object, message: string): void {
    this.#pino.debug(fields, message);
  }

  info(fields: object, message: string): void {
    this.#pino.info(fields, message);
  }

  warn(fields: object, message: string): void {
    this.#pino.warn(fields, message);
  }

  error(fields: object, message: string): void {
    this.#pino.error(fields, message);
  }

  child(bindings: Readonly<Record<string, unknown>>): Log {
    return new Log(this.#pino.child(bindings));
  }
}

function isLogger(value: LogOptions | Logger): value is Logger {
  return 'child' in value;
}

function createLogger({ level = 'info', bindings = {}, destination }: LogOptions): Logger {
  return pino(
    {
      level,
      base: bindings,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      mixin: contextFields,
      hooks: { streamWrite: scrub },
    },
    destination ?? pino.destination({ fd: 1, sync: true }),
  );
}

function contextFields(): object {
  const context = currentContext();
  if (!context) return {};
  const { correlationId, tenantId, traceparent } = context;
  return {
    correlationId,
    ...(tenantId && { tenantId }),
    ...(traceparent && { traceId: traceparent.split('-')[1] }),
  };
}
