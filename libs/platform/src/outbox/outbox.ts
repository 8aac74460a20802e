import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { EventName, TopicName } from '#contracts';
import { currentContext } from '../context/request-context.js';
import { ServiceIdentity } from '../database/service-identity.js';
import { TenantDatabase } from '../database/tenant-database.js';
import { bundleOf } from './bundle.js';
import { outboxRow, type NewEvent, type OutboxRow } from './new-event.js';
import { OutboxRelay } from './outbox-relay.js';

/** How a fact leaves: it commits with the state change that it tells of, and the relay publishes it. */
@Injectable()
export class Outbox {
  readonly #nudge = (): void => this.relay.nudge();

  constructor(
    private readonly identity: ServiceIdentity,
    private readonly database: TenantDatabase,
    private readonly relay: OutboxRelay,
  ) {}

  /**
   * Writes the fact in the caller's transaction. Its place in the order is drawn here, so call it after taking the
   * subject's row lock.
   * @returns the event's id
   * @throws Error when the data breaks the contract
   */
  async add<Topic extends TopicName, Name extends EventName<Topic>>(
    tx: EntityManager,
    event: NewEvent<Topic, Name>,
  ): Promise<string> {
    const row = outboxRow(event, { ...currentContext(), service: this.identity.name });
    await this.addRow(tx, row);
    return row.id;
  }

  /**
   * As `add`, for many facts in one statement; they leave in the order given.
   * @throws Error when the data of one breaks the contract: none is written
   */
  async addAll<Topic extends TopicName, Name extends EventName<Topic>>(
    tx: EntityManager,
    events: readonly NewEvent<Topic, Name>[],
  ): Promise<void> {
    if (events.length === 0) return;
    const origin = { ...currentContext(), service: this.identity.name };
    const rows = events.map((event) => outboxRow(event, origin));
    await tx.query('SELECT outbox_add($1::jsonb)', [JSON.stringify(rows)]);
    this.database.afterCommit(tx, this.#nudge);
  }

  /** For messages that are no fact of the contracts: dead letters. */
  async addRow(tx: EntityManager, row: OutboxRow): Promise<void> {
    const { head, facts } = bundleOf(row);
    await tx.query(
      `INSERT INTO outbox (shard, tenant_id, topic, head, facts) VALUES (outbox_shard($1), $2, $3, $4, $5)`,
      [row.key, row.tenantId, row.topic, head, facts],
    );
    this.database.afterCommit(tx, this.#nudge);
  }
}
