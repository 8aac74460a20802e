import { causes } from './kafka-errors.js';

/**
 * `infrastructure`: a server is away, busy or was restarted; the same message may succeed later, so it is kept until it
 * does. `content`: this message (or the code that handles it) fails by itself; the partition must go on without it.
 */
export type ErrorKind = 'infrastructure' | 'content';

/** SQLSTATE classes and codes that tell of the server, not of the statement. */
const SQL_STATES = /^(08...|53...|57P0.|58...|40001|40P01|55P03|57014|25P03|25006)$/;

/**
 * No such table, column, function or schema, no unique index that ON CONFLICT could mean, or no right to it: code and schema
 * are of two releases, and the migration that is still to come mends it. Buried, every fact of that time would have to be
 * replayed by hand.
 */
const SCHEMA_STATES = new Set(['42P01', '42P10', '42703', '42883', '42501', '3F000']);

/** PostgreSQL says 42501 also when a row is written for another tenant: a bug, which no migration mends. */
const ROW_SECURITY_ROUTINE = 'ExecWithCheckOptions';

const SYSTEM_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
  'EAI_AGAIN',
  'ENOTFOUND',
  'EADDRNOTAVAIL',
  'EMFILE',
  'ENFILE',
]);

/** Errors of pg, pg-pool and TypeORM that carry no code. */
const MESSAGES =
  /connection terminated|timeout exceeded when trying to connect|query read timeout|connection error and is not queryable|client was closed|after calling end on the pool|driver not connected|connection is not established/i;

/** What Redis answers while it starts, fails over or is full. */
const REDIS_REPLIES = /^(LOADING|READONLY|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|BUSY|OOM) /;

/** Our own; node-redis and kafkajs; TypeORM when its connection was cut under it. */
const NAMES = new Set([
  'NotYetError',
  'ClientClosedError',
  'ClientOfflineError',
  'ConnectionTimeoutError',
  'CommandTimeoutError',
  'CommandTimeoutDuringMaintenanceError',
  'SocketTimeoutError',
  'SocketTimeoutDuringMaintenanceError',
  'SocketClosedUnexpectedlyError',
  'DisconnectsClientError',
  'ReconnectStrategyError',
  'TimeoutError',
  'AbortError',
  'RootNodesUnavailableError',
  'QueryRunnerAlreadyReleasedError',
  'ConnectionIsNotSetError',
  'CannotExecuteNotConnectedError',
  'KafkaJSConnectionError',
  'KafkaJSConnectionClosedError',
  'KafkaJSRequestTimeoutError',
  'KafkaJSNumberOfRetriesExceeded',
  'KafkaJSBrokerNotFound',
  'KafkaJSNoBrokerAvailableError',
  'KafkaJSTimeout',
  'KafkaJSLockTimeout',
]);

export function classifyError(error: unknown): ErrorKind {
  return causes(error).some(isInfrastructure) ? 'infrastructure' : 'content';
}

/** PostgreSQL cancelled it: the server is busy, or this statement takes too long whenever it is run. */
export function isStatementTimeout(error: unknown): boolean {
  return causes(error).some(({ code }) => code === '57014');
}

function isInfrastructure(error: Record<string, unknown>): boolean {
  const { code, name, message, retriable } = error;
  if (typeof code === 'string' && (SYSTEM_CODES.has(code) || SQL_STATES.test(code))) return true;
  if (typeof code === 'string' && SCHEMA_STATES.has(code)) return error['routine'] !== ROW_SECURITY_ROUTINE;
  if (typeof name === 'string' && (NAMES.has(name) || nameOfClass(error, NAMES))) return true;
  if (typeof name === 'string' && name.startsWith('KafkaJS') && retriable === true) return true;
  if (typeof message === 'string' && REDIS_REPLIES.test(message)) return true;
  // A TypeError that happens to speak of a connection is a bug all the same.
  return name === 'Error' && typeof message === 'string' && MESSAGES.test(message);
}

/** node-redis' errors keep the name `Error`; their class tells. */
function nameOfClass(error: object, names: ReadonlySet<string>): boolean {
  return names.has(error.constructor.name);
}
