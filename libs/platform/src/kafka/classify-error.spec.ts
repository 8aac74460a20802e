import { describe, expect, it } from '@jest/globals';
import { KafkaJSConnectionError, KafkaJSNumberOfRetriesExceeded, KafkaJSProtocolError } from 'kafkajs';
import pg from 'pg';
import { ClientClosedError, ClientOfflineError, TimeoutError } from 'redis';
import { QueryFailedError, QueryRunnerAlreadyReleasedError } from 'typeorm';
import { ZodError } from 'zod';
import { classifyError, isStatementTimeout } from './classify-error.js';
import { NotYetError } from './not-yet-error.js';

const sql = (code: string, routine?: string): Error => {
  const error = new pg.DatabaseError('x', 1, 'error');
  Object.assign(error, { code, routine });
  return new QueryFailedError('SELECT 1', [], error);
};
const system = (code: string): Error => Object.assign(new Error(`connect ${code}`), { code });
const protocol = (type: string, retriable: boolean): Error =>
  new KafkaJSProtocolError(Object.assign(new Error(type), { type, retriable, code: 1 }));

describe('classifyError', () => {
  it.each([
    ['connection exception', sql('08006')],
    ['admin shutdown', sql('57P01')],
    ['crash shutdown', sql('57P02')],
    ['cannot connect now', sql('57P03')],
    ['serialization failure', sql('40001')],
    ['deadlock', sql('40P01')],
    ['too many connections', sql('53300')],
    ['disk full', sql('53100')],
    ['lock timeout', sql('55P03')],
    ['statement timeout', sql('57014')],
    ['read-only after a failover', sql('25006')],
    ['table not there yet', sql('42P01')],
    ['column not there yet', sql('42703')],
    ['function not there yet', sql('42883')],
    ['unique index not there yet, or no more', sql('42P10')],
    ['schema not there yet', sql('3F000')],
    ['right not granted yet', sql('42501', 'aclcheck_error')],
    ['refused', system('ECONNREFUSED')],
    ['reset', system('ECONNRESET')],
    ['name server away', system('EAI_AGAIN')],
    ['several addresses, all refused', new AggregateError([system('ECONNREFUSED')], 'all failed')],
    ['wrapped', new Error('could not load', { cause: system('ETIMEDOUT') })],
    ['pg cut off', new Error('Connection terminated unexpectedly')],
    ['pool exhausted', new Error('timeout exceeded when trying to connect')],
    ['no answer', new Error('Query read timeout')],
    ['pool ended', new Error('Cannot use a pool after calling end on the pool')],
    ['query runner cut off', new QueryRunnerAlreadyReleasedError()],
    ['what it refers to not there yet', new NotYetError('the point name is not known yet')],
    ['Redis closed', new ClientClosedError()],
    ['Redis away', new ClientOfflineError()],
    ['Redis silent', new TimeoutError()],
    ['Redis loading', new Error('LOADING Redis is loading the dataset in memory')],
    ['Redis failing over', new Error("READONLY You can't write against a read only replica.")],
    ['broker away', new KafkaJSConnectionError('closed')],
    [
      'broker gave up on',
      new KafkaJSNumberOfRetriesExceeded(new Error('x'), { retryCount: 3, retryTime: 1 }),
    ],
    ['leader moved', protocol('NOT_LEADER_FOR_PARTITION', true)],
  ])('keeps the message when a server is at fault: %s', (_, error) => {
    expect(classifyError(error)).toBe('infrastructure');
  });

  it.each([
    ['unique violation', sql('23505')],
    ['check violation', sql('23514')],
    ['not-null violation', sql('23502')],
    ['bad text for a type', sql('22P02')],
    ['raised by a function', sql('P0001')],
    ['row-level security', sql('42501', 'ExecWithCheckOptions')],
    ['bad syntax', sql('42601')],
    ['a bug', new TypeError('x is not a function')],
    ['a bug that speaks of connections', new TypeError('connection terminated')],
    ['contract', new ZodError([])],
    ['plain', new Error('no')],
    ['a class of its own', Object.assign(new Error('closed'), { name: 'ChannelClosed' })],
    ['a broker that refuses', protocol('TOPIC_AUTHORIZATION_FAILED', false)],
    ['a text', 'boom'],
    ['nothing', undefined],
    ['null', null],
    ['a number', 7],
  ])('blames the message: %s', (_, error) => {
    expect(classifyError(error)).toBe('content');
  });

  it('is not led round in circles', () => {
    const error = new Error('a');
    error.cause = new Error('b', { cause: error });
    expect(classifyError(error)).toBe('content');
  });
});

describe('isStatementTimeout', () => {
  it('tells a cancelled statement from a server that is away', () => {
    expect(isStatementTimeout(sql('57014'))).toBe(true);
    expect(isStatementTimeout(new Error('could not store', { cause: sql('57014') }))).toBe(true);
    expect([sql('57P01'), sql('55P03'), new Error('57014')].map(isStatementTimeout)).toEqual([
      false,
      false,
      false,
    ]);
  });
});
