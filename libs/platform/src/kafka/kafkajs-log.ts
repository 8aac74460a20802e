import { logLevel, type LogEntry } from 'kafkajs';
import type { Log } from '../logging/log.js';

type Level = 'debug' | 'info' | 'warn' | 'error';

/**
 * What a new consumer group or producer meets while the broker makes its internal topics, and what a topic's change of
 * leader looks like: kafkajs tries again by itself, yet reports them as errors.
 */
const TRANSIENT =
  /coordinator is not available|not aware of this member|is rebalancing|leadership election|not the leader|coordinator is loading|member is not aware/i;

/** kafkajs' own lines, in our log and with our levels. */
export function kafkajsLogCreator(log: Log): (level: logLevel) => (entry: LogEntry) => void {
  return () => (entry) => {
    const { message, timestamp: _timestamp, logger: _logger, stack: _stack, ...fields } = entry.log;
    const scope = { kafkajs: entry.namespace, ...fields };
    log[levelOf(entry)](scope, `kafkajs: ${message}`);
  };
}

export function levelOf({ level, log }: Pick<LogEntry, 'level' | 'log'>): Level {
  const error: unknown = log['error'];
  if (TRANSIENT.test(`${log.message} ${typeof error === 'string' ? error : ''}`)) return 'debug';
  // Whoever needed the connection or the answer tells of it, once; kafkajs does at every attempt to have it.
  if (level === logLevel.ERROR) return /^Connection | timed out$/.test(log.message) ? 'warn' : 'error';
  if (level === logLevel.WARN) return 'warn';
  return 'debug';
}
