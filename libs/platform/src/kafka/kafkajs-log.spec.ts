import { describe, expect, it } from '@jest/globals';
import { logLevel } from 'kafkajs';
import { Log } from '../logging/log.js';
import { kafkajsLogCreator, levelOf } from './kafkajs-log.js';

const entry = (level: logLevel, message: string, more: object = {}) => ({
  namespace: 'Connection',
  level,
  label: 'X',
  log: { message, timestamp: '2026-11-22T10:00:00Z', ...more },
});

describe("kafkajs' log", () => {
  it.each([
    [
      'the first look for a coordinator',
      'Response GroupCoordinator(key: 10, version: 2)',
      'The group coordinator is not available',
    ],
    [
      'a rebalance',
      'Response Heartbeat(key: 12, version: 3)',
      'The group is rebalancing, so a rejoin is needed',
    ],
    [
      'a member not known any more',
      'The coordinator is not aware of this member, re-joining the group',
      undefined,
    ],
  ])('lowers what kafkajs mends by itself: %s', (_, message, error) => {
    expect(levelOf(entry(logLevel.ERROR, message, error === undefined ? {} : { error }))).toBe('debug');
  });

  it('keeps errors and warnings, and makes a lost connection a warning', () => {
    expect(levelOf(entry(logLevel.ERROR, 'Crash: KafkaJSNonRetriableError'))).toBe('error');
    expect(levelOf(entry(logLevel.ERROR, 'Connection error: connect ECONNREFUSED'))).toBe('warn');
    expect(levelOf(entry(logLevel.ERROR, 'Request Produce(key: 0, version: 7) timed out'))).toBe('warn');
    expect(levelOf(entry(logLevel.WARN, 'careful'))).toBe('warn');
    expect(levelOf(entry(logLevel.INFO, 'Consumer has joined the group'))).toBe('debug');
  });

  it('goes into our log with its fields', () => {
    const lines: Record<string, unknown>[] = [];
    const log = new Log({
      destination: { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) },
    });
    kafkajsLogCreator(log)(logLevel.INFO)(entry(logLevel.ERROR, 'Crash: x', { groupId: 'g' }));
    expect(lines).toMatchObject([
      { level: 'error', msg: 'kafkajs: Crash: x', kafkajs: 'Connection', groupId: 'g' },
    ]);
  });
});
