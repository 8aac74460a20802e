import { createHash } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import { newUuid } from '../ids/new-uuid.js';
import type { Rejection } from './event-pipeline.js';
import type { ReceivedRecord } from './record.js';
import { storable } from './storable.js';

export interface DeadLetterRow {
  readonly id: string;
  readonly tenant_id: string | null;
  readonly topic: string;
  readonly partition: number;
  readonly message_offset: string;
  readonly event_id: string | null;
  readonly event_type: string | null;
  readonly reason: string;
  readonly error: string;
  readonly created_at: Date;
  readonly replays: number;
  readonly replayed_at: Date | null;
}

const SHOWN = `id, tenant_id, topic, partition, message_offset, event_id, event_type, reason, error, created_at, replays,
  replayed_at`;

/** dead_letter is a queue over all tenants, without row-level security: every reader here says whose rows it may see. */
const VISIBLE = '(tenant_id = $1 OR tenant_id IS NULL)';

/** @returns the row's id, or undefined when this very record lies there already (it was delivered twice) */
export async function insertDeadLetter(
  tx: EntityManager,
  record: ReceivedRecord,
  { reason, error, envelope }: Rejection,
): Promise<string | undefined> {
  const rows = await tx.query<{ id: string }[]>(
    `INSERT INTO dead_letter (id, tenant_id, topic, partition, message_offset, message_key, message_value,
                              message_headers, digest, event_id, event_type, reason, error)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
     ON CONFLICT (topic, partition, message_offset, digest) DO NOTHING RETURNING id`,
    [
      newUuid(),
      envelope?.tenantId ?? null,
      record.topic,
      record.partition,
      record.offset,
      record.key,
      record.value,
      JSON.stringify(encodeHeaders(record.headers)),
      digest(record),
      envelope?.id ?? null,
      envelope?.type ?? null,
      reason,
      storable(error),
    ],
  );
  return rows[0]?.id;
}

/** Newest first. */
export function listDeadLetters(
  tx: EntityManager,
  tenantId: string,
  { limit, before }: { limit: number; before?: string },
): Promise<DeadLetterRow[]> {
  return tx.query<DeadLetterRow[]>(
    `SELECT ${SHOWN} FROM dead_letter WHERE ${VISIBLE} AND ($2::uuid IS NULL OR id < $2)
      ORDER BY id DESC LIMIT $3`,
    [tenantId, before ?? null, limit],
  );
}

export async function readRecord(
  tx: EntityManager,
  tenantId: string,
  id: string,
): Promise<ReceivedRecord | undefined> {
  const [row] = await tx.query<
    {
      topic: string;
      partition: number;
      message_offset: string;
      message_key: Buffer | null;
      message_value: Buffer | null;
      message_headers: [string, string][];
    }[]
  >(
    `SELECT topic, partition, message_offset, message_key, message_value, message_headers
       FROM dead_letter WHERE ${VISIBLE} AND id = $2`,
    [tenantId, id],
  );
  if (!row) return undefined;
  const { topic, partition, message_offset: offset, message_key: key, message_value: value } = row;
  return { topic, partition, offset, key, value, headers: decodeHeaders(row.message_headers) };
}

/** @param failure what went wrong again; undefined when it was handled now */
export async function noteReplay(
  tx: EntityManager,
  tenantId: string,
  id: string,
  failure?: Pick<Rejection, 'reason' | 'error'>,
): Promise<void> {
  await tx.query(
    `UPDATE dead_letter SET replays = replays + 1, reason = coalesce($3, reason), error = coalesce($4, error),
            replayed_at = CASE WHEN $3::text IS NULL THEN clock_timestamp() END
      WHERE ${VISIBLE} AND id = $2`,
    [tenantId, id, failure?.reason ?? null, failure ? storable(failure.error) : null],
  );
}

export function encodeHeaders(headers: ReceivedRecord['headers']): [string, string][] {
  return headers.map(([name, value]) => [Buffer.from(name).toString('base64'), value.toString('base64')]);
}

function decodeHeaders(headers: readonly (readonly [string, string])[]): [string, Buffer][] {
  return headers.map(([name, value]) => [
    Buffer.from(name, 'base64').toString(),
    Buffer.from(value, 'base64'),
  ]);
}

function digest({ key, value, headers }: ReceivedRecord): Buffer {
  const hash = createHash('sha256');
  for (const part of [key, value]) hash.update(part === null ? 'null' : `${part.length}:`).update(part ?? '');
  return hash.update(JSON.stringify(encodeHeaders(headers))).digest();
}
