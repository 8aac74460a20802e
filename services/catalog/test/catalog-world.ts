import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type {
  Channel,
  CouponSnapshot,
  CouponView,
  ImageView,
  PointNameView,
  Problem,
  Programme,
  Role,
  TopicName,
  TriggerView,
} from '#contracts';
import { createServiceApp, loadConfig } from '#platform';
import {
  aPicture,
  aChannel,
  aProgrammeChange,
  channelFact,
  type CollectedRecord,
  eventually,
  newId,
  programmeChangeFact,
  startTestIssuer,
  testDatabase,
  type TestDatabase,
  type TestFact,
  type TestIssuer,
  testNamespace,
  type TestNamespace,
} from '#testkit';
import { CatalogModule } from '../src/catalog.module.js';
import { catalogEnv } from '../src/config.js';
import { migrationSet } from '../src/store/migrations/index.js';

/** A fact on any topic. */
export type AnyFact = { [T in TopicName]: TestFact<T> }[TopicName];

export interface Answer<Body = unknown> {
  status: number;
  body: Body;
  headers: Record<string, string | undefined>;
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

interface Call {
  token?: string;
  body?: unknown;
  /** Idempotency-Key; a new one when left out, none when null. */
  key?: string | null;
  ifMatch?: string;
}

/** An owner with channels that the catalog knows, and what such an owner does. */
export interface Owner {
  tenantId: string;
  userId: string;
  channels: Channel[];
  token: string;
  /** Of the tenant; for coupons whose image the test is not about. */
  imageId: string;
}

/** The servers of one test file with a catalog on them, in this process, consuming. */
export class CatalogWorld {
  private constructor(
    readonly database: TestDatabase,
    readonly namespace: TestNamespace,
    readonly issuer: TestIssuer,
    readonly app: NestFastifyApplication,
    readonly snapshotRecords: readonly CollectedRecord[],
    private readonly imagesFolder: string,
  ) {}

  static async start(settings: Record<string, string> = {}): Promise<CatalogWorld> {
    const [database, namespace, issuer] = await Promise.all([
      testDatabase(migrationSet),
      testNamespace({ only: topicsInPlay }),
      startTestIssuer(),
    ]);
    const folder = await mkdtemp(join(tmpdir(), 'octopus-images-'));
    const env = {
      CATALOG_IMAGES_FOLDER: folder,
      NODE_ENV: 'test',
      PORT: '0',
      LOG_LEVEL: 'silent',
      DATABASE_URL: database.appUrl,
      ...namespace.env,
      ...issuer.env,
      ...settings,
    };
    const config = loadConfig(catalogEnv, env);
    const app = await createServiceApp({ name: 'catalog', module: CatalogModule, config });
    await app.listen(0, '127.0.0.1');
    await app.startAllMicroservices();
    const snapshots = await namespace.collect('catalog.coupon.v1');
    return new CatalogWorld(database, namespace, issuer, app, snapshots, folder);
  }

  async stop(): Promise<void> {
    await this.app.close();
    await Promise.all([this.namespace.stop(), this.issuer.stop()]);
    await this.database.drop();
    await rm(this.imagesFolder, { recursive: true });
  }

  async call<Body = CouponView>(
    method: Method,
    path: string,
    { token, body, key = newId(), ifMatch }: Call = {},
  ): Promise<Answer<Body>> {
    const response = await fetch(`${await this.app.getUrl()}${path}`, {
      method,
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(key !== null && (method === 'POST' || method === 'DELETE') && { 'idempotency-key': key }),
        ...(ifMatch !== undefined && { 'if-match': ifMatch }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      body: (text === '' ? null : JSON.parse(text)) as Body,
      headers: Object.fromEntries(response.headers),
    };
  }

  problem(method: Method, path: string, call: Call): Promise<Answer<Problem>> {
    return this.call<Problem>(method, path, call);
  }

  async token(claims: {
    role: Role;
    tenantId: string;
    userId?: string;
    channels?: string[];
  }): Promise<string> {
    const { role, tenantId, userId = newId(), channels } = claims;
    return this.issuer.token({ role, tenant: tenantId, sub: userId, ...(channels && { channels }) });
  }

  /** Made through the topic, as channels are. */
  async owner(overrides: Partial<Channel>[] = [{}], tenantId = newId()): Promise<Owner> {
    const channels = overrides.map((channel) => aChannel(channel));
    for (const channel of channels) await this.produce(channelFact(tenantId, channel));
    const channelIds = channels.map(({ channelId }) => channelId);
    await eventually(async () => {
      // These, not as many: the tenant may have others.
      const sql = 'SELECT FROM channel WHERE tenant_id = $1 AND channel_id = ANY ($2)';
      const known = await this.database.rows(tenantId, sql, [tenantId, channelIds]);
      if (known.length < channels.length) throw new Error(`${known.length} channels are known`);
    });
    const userId = newId();
    const token = await this.token({ role: 'channel_owner', tenantId, userId, channels: channelIds });
    return { tenantId, userId, channels, token, imageId: await this.anImage(token) };
  }

  /** @returns the id of a picture that was uploaded now */
  async anImage(token: string, picture?: Uint8Array<ArrayBuffer>): Promise<string> {
    const response = await fetch(`${await this.app.getUrl()}/v1/images`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'image/png' },
      body: picture ?? (await aPicture()),
    });
    const image = (await response.json()) as ImageView;
    if (response.status !== 201) throw new Error(JSON.stringify(image));
    return image.imageId;
  }

  /** Gives the event's id once the broker has it. */
  produce(fact: AnyFact): Promise<string> {
    return this.namespace.produce<TopicName>(fact.topic, fact as TestFact<TopicName>);
  }

  /** Produces the fact and waits until the catalog has read it, whatever it made of it. */
  async told(fact: AnyFact): Promise<void> {
    const eventId = await this.produce(fact);
    await eventually(async () => {
      const sql = 'SELECT FROM inbox WHERE event_id = $1';
      const { rowCount } = await this.database.ownerPool().query(sql, [eventId]);
      if (rowCount !== 1) throw new Error('not read yet');
    });
  }

  /** Holds the coupon's row as another transaction would; `done` lets it go. */
  holdRow(owner: Owner, couponId: string): Promise<Held> {
    return this.hold(owner, 'SELECT FROM coupon WHERE tenant_id = $1 AND coupon_id = $2 FOR UPDATE', [
      owner.tenantId,
      couponId,
    ]);
  }

  /** Holds the programme's row as another transaction would. */
  holdProgramme(owner: Owner, programmeId: string): Promise<Held> {
    const sql = 'SELECT FROM programme WHERE tenant_id = $1 AND programme_id = $2 FOR UPDATE';
    return this.hold(owner, sql, [owner.tenantId, programmeId]);
  }

  /** Removes the programme in a transaction that commits at `done`. */
  removeProgramme(owner: Owner, programmeId: string): Promise<Held> {
    const sql = 'UPDATE programme SET removed = true WHERE tenant_id = $1 AND programme_id = $2';
    return this.hold(owner, sql, [owner.tenantId, programmeId]);
  }

  /** Removes the image in a transaction that commits at `done`. */
  removeImage(owner: Owner, imageId: string): Promise<Held> {
    return this.hold(owner, 'DELETE FROM image WHERE tenant_id = $1 AND image_id = $2', [
      owner.tenantId,
      imageId,
    ]);
  }

  /** Lets nobody write to the table until `done`. */
  holdTable(owner: Owner, table: 'audit_entry'): Promise<Held> {
    return this.hold(owner, `LOCK TABLE ${table} IN EXCLUSIVE MODE`, []);
  }

  private async hold(owner: Owner, sql: string, parameters: string[]): Promise<Held> {
    const pool = this.database.ownerPool();
    const client = await pool.connect();
    await client.query('BEGIN');
    await client.query("SELECT set_config('octopus.tenant_id', $1, true)", [owner.tenantId]);
    await client.query(sql, parameters);
    return {
      waiting: (count) =>
        eventually(async () => {
          const { rows } = await pool.query<{ waiting: number }>(
            `SELECT count(*)::int AS waiting FROM pg_locks JOIN pg_stat_activity USING (pid)
             WHERE datname = current_database() AND NOT granted`,
          );
          if (rows[0]?.waiting !== count) throw new Error(`${rows[0]?.waiting} of ${count} are waiting`);
        }),
      done: async () => {
        await client.query('COMMIT');
        client.release();
      },
    };
  }

  /** A loyalty programme of the account behind the owner's first channel, known to the catalog. */
  async programme(owner: Owner, fields: Partial<Programme> = {}): Promise<string> {
    const programme = aProgrammeChange({ partnerId: partnerOf(owner), ...fields });
    await this.told(programmeChangeFact(owner.tenantId, programme));
    return programme.programmeId;
  }

  /** A point name of the same account; standalone unless a programme is named. */
  async pointName(owner: Owner, fields: Record<string, unknown> = {}): Promise<PointNameView> {
    const body = { partnerId: partnerOf(owner), name: 'coin', ...fields };
    const answer = await this.call<PointNameView>('POST', '/v1/point-names', { token: owner.token, body });
    if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
    return answer.body;
  }

  /** A trigger on the list of the owner's tenant. */
  async trigger(owner: Owner, fields: Record<string, unknown> = {}): Promise<TriggerView> {
    const token = await this.token({ role: 'tenant_admin', tenantId: owner.tenantId });
    const body = { ...triggerBody, ...fields };
    const answer = await this.call<TriggerView>('POST', '/v1/triggers', { token, body });
    if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
    return answer.body;
  }

  async create(owner: Owner, fields: Record<string, unknown> = {}): Promise<CouponView> {
    const answer = await this.call('POST', '/v1/coupons', {
      token: owner.token,
      body: couponBody(owner, fields),
    });
    if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
    return answer.body;
  }

  async published(owner: Owner, fields: Record<string, unknown> = {}): Promise<CouponView> {
    const { couponId } = await this.create(owner, fields);
    const answer = await this.act(owner, couponId, 'publish');
    if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
    return answer.body;
  }

  act(owner: Owner, couponId: string, action: string, call: Call = {}): Promise<Answer<CouponView>> {
    return this.call('POST', `/v1/coupons/${couponId}/${action}`, { token: owner.token, ...call });
  }

  async read(owner: Owner, couponId: string): Promise<CouponView> {
    return (await this.call('GET', `/v1/coupons/${couponId}`, { token: owner.token })).body;
  }

  /** What others were told of the subject on the topic, in order, once there are so many facts. */
  async factsOn(topic: TopicName, key: string, count: number): Promise<CollectedRecord[]> {
    const collected = await this.namespace.collect(topic);
    return eventually(() => {
      const found = collected.filter((record) => record.key === key);
      if (found.length !== count) throw new Error(`${found.length} of ${count} facts on ${topic}`);
      return found;
    });
  }

  /** What others were told about the coupon so far, in order. */
  snapshots(couponId: string): CouponSnapshot[] {
    return this.snapshotRecords
      .filter(({ key }) => key === couponId)
      .map(({ data }) => data as CouponSnapshot);
  }

  /** Waits until the coupon's snapshots have reached the version. */
  snapshotAt(couponId: string, version: number): Promise<CouponSnapshot> {
    return eventually(() => {
      const found = this.snapshots(couponId).find((snapshot) => snapshot.version === version);
      if (!found) throw new Error(`no snapshot at version ${version}`);
      return found;
    });
  }

  audit(owner: Owner, couponId: string): Promise<AuditRow[]> {
    return this.database.rows<AuditRow>(
      owner.tenantId,
      `SELECT action, actor_kind AS "actorKind", actor_id AS "actorId", before, after, at
       FROM audit_entry WHERE tenant_id = $1 AND coupon_id = $2 ORDER BY entry_id`,
      [owner.tenantId, couponId],
    );
  }
}

/** A lock held by another transaction. */
interface Held {
  /** Waits until so many transactions wait for a lock. */
  waiting(count: number): Promise<void>;
  done(): Promise<void>;
}

export interface AuditRow {
  action: string;
  actorKind: string;
  actorId: string;
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
  at: Date;
}

const topicsInPlay: readonly (TopicName | 'catalog.dead-letter.v1')[] = [
  'catalog.coupon.v1',
  'catalog.cap-request.v1',
  'catalog.channel.v1',
  'catalog.impression.v1',
  'catalog.partner.v1',
  'catalog.point-name.v1',
  'catalog.programme.v1',
  'catalog.tenant.v1',
  'catalog.trigger.v1',
  'platform.channel.v1',
  'platform.follow.v1',
  'platform.loyalty.v1',
  'platform.partner.v1',
  'platform.user.v1',
  'scheduler.due.v1',
  'redemption.redemption.v1',
  'redemption.coupon-exhausted.v1',
  'redemption.cap.v1',
  'redemption.coupon-applied.v1',
  'redemption.fulfilment.v1',
  'redemption.refusal.v1',
  'targeting.grant.v1',
  'catalog.dead-letter.v1',
];

/** A complete draft for the owner's first channel. */
export function couponBody(owner: Owner, fields: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    channelId: owner.channels[0]?.channelId,
    type: 'click',
    name: 'Free espresso',
    description: 'One espresso on the house.',
    imageId: owner.imageId,
    ...fields,
  };
}

export const triggerBody = {
  name: 'Give this user 1 GB data',
  url: 'https://provisioning.example.com/v1/data-packages',
  signingKey: 'provisioning',
  cost: { resource: 'MB', units: 1024 },
};

/** Account of the owner's first channel. */
export function partnerOf({ channels }: Owner): string {
  return channels[0]?.partnerId ?? '';
}

export function inMinutes(count: number): string {
  return new Date(Date.now() + count * 60_000).toISOString();
}
