import type { Problem } from '#contracts';
import {
  aCashier,
  aPointName,
  aStore,
  cashierFact,
  channelSnapshotFact,
  aChannelSnapshot,
  eventually,
  newId,
  pointNameFact,
  storeFact,
  type TestClaims,
  type TestFact,
} from '#testkit';
import type { TopicName } from '#contracts';
import { type Replica, RedemptionWorld } from './redemption-world.js';

type AnyFact = { [T in TopicName]: TestFact<T> }[TopicName];

export interface Reply<Body> {
  readonly status: number;
  readonly body: Body & Problem;
  readonly isReplay: boolean;
}

/** What a café needs for points: an account with a channel, a store, a cashier with a limit, and a point name. */
export interface Cafe {
  readonly partnerId: string;
  readonly channelId: string;
  readonly storeId: string;
  readonly cashierId: string;
  readonly pointNameId: string;
  readonly cashier: TestClaims;
  readonly owner: TestClaims;
}

/** A redemption process with an account that gives points. */
export class PointsWorld {
  private readonly tokens = new Map<string, Promise<string>>();

  private constructor(
    readonly world: RedemptionWorld,
    readonly replica: Replica,
  ) {}

  static async start(env: Record<string, string> = {}): Promise<PointsWorld> {
    const world = await RedemptionWorld.start(env);
    return new PointsWorld(world, await world.replica());
  }

  stop(): Promise<void> {
    return this.world.stop();
  }

  get tenantId(): string {
    return this.world.tenantId;
  }

  rows<Row extends Record<string, unknown>>(sql: string, values: unknown[] = []): Promise<Row[]> {
    return this.world.rows<Row>(sql, values);
  }

  /** Resolves when redemption has handled all of them, or buried them. Gives their event ids. */
  async produce(...facts: readonly AnyFact[]): Promise<string[]> {
    const eventIds: string[] = [];
    for (const fact of facts)
      eventIds.push(await this.world.namespace.produce<TopicName>(fact.topic, fact as TestFact<TopicName>));
    await this.handled(eventIds);
    return eventIds;
  }

  async handled(eventIds: readonly string[]): Promise<void> {
    await eventually(async () => {
      const { rows } = await this.world.database.ownerPool().query<{ n: string }>(
        `SELECT count(*) AS n FROM (SELECT event_id FROM inbox WHERE event_id = ANY ($1::uuid[])
                                    UNION SELECT event_id FROM dead_letter WHERE event_id = ANY ($1::uuid[])) h`,
        [eventIds],
      );
      if (Number(rows[0]?.n) < new Set(eventIds).size) throw new Error('not all handled yet');
    });
  }

  /** Why facts were buried, by event id. */
  async deadLetters(eventIds: readonly string[]): Promise<string[]> {
    const { rows } = await this.world.database
      .ownerPool()
      .query<{ error: string }>(
        'SELECT error FROM dead_letter WHERE event_id = ANY ($1::uuid[]) ORDER BY message_offset',
        [eventIds],
      );
    return rows.map(({ error }) => error);
  }

  /** A café of its own; its cashier may give 100 points at once and 250 in 24 hours unless told otherwise. */
  async cafe(
    over: { programmeId?: string; limit?: { perGrant: string; perDay: string } | null } = {},
  ): Promise<Cafe> {
    const [partnerId, channelId, storeId, cashierId] = [newId(), newId(), newId(), newId()];
    const { programmeId, limit = { perGrant: '100', perDay: '250' } } = over;
    const pointName = aPointName({ partnerId, ...(programmeId !== undefined && { programmeId }) });
    const { pointNameId } = pointName;
    const { tenantId } = this;
    await this.produce(
      channelSnapshotFact(tenantId, aChannelSnapshot({ channelId, partnerId })),
      storeFact(tenantId, aStore({ storeId, partnerId })),
      cashierFact(tenantId, aCashier({ cashierId, partnerId, storeIds: [storeId], pointsGrant: limit })),
      pointNameFact(tenantId, pointName),
    );
    return {
      partnerId,
      channelId,
      storeId,
      cashierId,
      pointNameId,
      cashier: { role: 'cashier', tenant: tenantId, sub: cashierId, partner: partnerId, store: storeId },
      owner: { role: 'channel_owner', tenant: tenantId, sub: newId(), channels: [channelId] },
    };
  }

  async call<Body>(
    claims: TestClaims,
    method: string,
    path: string,
    { body, key = newId() }: { body?: unknown; key?: string } = {},
  ): Promise<Reply<Body>> {
    const response = await fetch(`${this.replica.url}/v1/${path}`, {
      method,
      headers: {
        authorization: `Bearer ${await this.token({ tenant: this.tenantId, ...claims })}`,
        ...(method === 'POST' && { 'idempotency-key': key }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return {
      status: response.status,
      body: (await response.json()) as Body & Problem,
      isReplay: response.headers.get('idempotency-replayed') === 'true',
    };
  }

  private token(claims: TestClaims): Promise<string> {
    const name = JSON.stringify(claims);
    const token = this.tokens.get(name) ?? this.world.issuer.token(claims);
    this.tokens.set(name, token);
    return token;
  }
}

/** What is not right about a user's ledger; empty = sums, balances and revisions agree and nothing is below 0. */
export const ledgerFaults = `
  SELECT b.user_id, b.point_name_id, b.balance, b.revision, count(e.*) AS entries, coalesce(sum(e.amount), 0) AS sum,
         array_agg(e.revision ORDER BY e.revision) AS revisions
    FROM point_balance b
    LEFT JOIN point_entry e ON e.tenant_id = b.tenant_id AND e.user_id = b.user_id AND e.point_name_id = b.point_name_id
   GROUP BY b.tenant_id, b.user_id, b.point_name_id
  HAVING b.balance <> coalesce(sum(e.amount), 0) OR b.balance < 0 OR b.revision <> count(e.*)
      OR array_agg(e.revision ORDER BY e.revision)
         IS DISTINCT FROM (SELECT array_agg(r) FROM generate_series(1, b.revision) r)
      OR bool_or(e.balance <> (SELECT sum(f.amount) FROM point_entry f
                                WHERE f.user_id = e.user_id AND f.point_name_id = e.point_name_id
                                  AND f.revision <= e.revision))`;
