import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { TenantDatabase } from '../database/tenant-database.js';
import { ProblemError } from '../problems/problem-error.js';
import { CommandOutcome } from './command-outcome.js';
import type { CommandAnswer, CommandRequest } from './command-request.js';
import { keyReused } from './key-reused.js';

interface StoredAnswer<T> {
  readonly body_hash: string;
  readonly status: number;
  readonly body: T;
  readonly headers: Readonly<Record<string, string>>;
}

/** Runs a command once per Idempotency-Key, however often it is sent. A key is scoped to tenant, principal and route. */
@Injectable()
export class IdempotentCommands {
  constructor(private readonly database: TenantDatabase) {}

  /**
   * `work` runs in one tenant transaction with the storing of its answer, so both hold or neither does. The key is taken
   * first: a copy in flight waits for it, then gets the stored answer. When `work` throws, nothing is stored and the
   * key is free again. Throws problem `idempotency_key_reused` when the key came with another body before.
   */
  run<T>(
    command: CommandRequest,
    work: (tx: EntityManager) => Promise<CommandAnswer<T>>,
  ): Promise<CommandOutcome<T>> {
    return this.database.transaction(command.principal.tenantId, async (tx) => {
      if (!(await takeKey(tx, command))) return replay<T>(tx, command);
      const answer = await work(tx);
      await storeAnswer(tx, command, answer);
      return new CommandOutcome(answer);
    });
  }
}

/** The columns of the key's scope as $1 to $4. */
function scopeOf({ principal, route, idempotencyKey }: CommandRequest): string[] {
  return [principal.tenantId, principal.subject, route, idempotencyKey];
}

/** Waits while another transaction holds the same key; false when that one has committed. */
async function takeKey(tx: EntityManager, command: CommandRequest): Promise<boolean> {
  // Status 0 until the answer is known: nobody else can see it before the commit
  const taken = await tx.query<unknown[]>(
    `INSERT INTO idempotency_key (tenant_id, principal, route, key, body_hash, status, body)
     VALUES ($1, $2, $3, $4, $5, 0, 'null') ON CONFLICT DO NOTHING RETURNING 1`,
    [...scopeOf(command), command.bodyHash],
  );
  return taken.length === 1;
}

async function replay<T>(tx: EntityManager, command: CommandRequest): Promise<CommandOutcome<T>> {
  const [stored] = await tx.query<StoredAnswer<T>[]>(
    `SELECT body_hash, status, body, headers FROM idempotency_key
     WHERE tenant_id = $1 AND principal = $2 AND route = $3 AND key = $4`,
    scopeOf(command),
  );
  // Only a row swept away between the two statements gets here; the next attempt finds the key free.
  if (!stored) throw new ProblemError('overloaded');
  if (stored.body_hash !== command.bodyHash) throw keyReused();
  const { status, body, headers } = stored;
  return new CommandOutcome({ status, body, headers, replayed: true });
}

async function storeAnswer<T>(
  tx: EntityManager,
  command: CommandRequest,
  answer: CommandAnswer<T>,
): Promise<void> {
  await tx.query(
    `UPDATE idempotency_key SET status = $5, body = $6, headers = $7
     WHERE tenant_id = $1 AND principal = $2 AND route = $3 AND key = $4`,
    [
      ...scopeOf(command),
      answer.status,
      JSON.stringify(answer.body ?? null),
      JSON.stringify(answer.headers ?? {}),
    ],
  );
}
