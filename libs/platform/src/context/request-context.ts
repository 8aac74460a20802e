import { AsyncLocalStorage } from 'node:async_hooks';

/** What follows one request or one consumed fact through every asynchronous step. */
export interface RequestContext {
  /** The same from the first request to the last effect; goes into logs, answers and facts. */
  readonly correlationId: string;
  /** Id of the fact or request that directly led to the work in hand. */
  readonly causationId?: string;
  /** Known once the caller is authenticated, or from the start for a consumed fact. */
  tenantId?: string;
  /** W3C trace context of the work in hand. */
  readonly traceparent?: string;
}

const storage = new AsyncLocalStorage<RequestContext>();

/** Runs `fn`, and everything that it awaits, with `context` as the current one. */
export function runInContext<T>(context: RequestContext, fn: () => T): T {
  return storage.run(context, fn);
}

/** undefined outside of a request or a consumed fact (start-up, jobs). */
export function currentContext(): RequestContext | undefined {
  return storage.getStore();
}
