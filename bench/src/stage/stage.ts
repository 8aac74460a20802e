import { randomBytes } from 'node:crypto';
import { type TestDatabase, testDatabase, testNamespace, type TestNamespace } from '#testkit';
import { migrationSet } from '../../../services/redemption/src/store/migrations/index.js';
import { baselineMigrations } from '../baselines/migrations.js';
import { LoadProcess } from '../load/load-process.js';
import type { LoadPlan, LoadResult } from '../load/plan.js';
import { type BenchIssuer, startBenchIssuer } from './bench-issuer.js';
import { type BenchServers, startBenchServers } from './bench-servers.js';
import { Coupons } from './coupons.js';
import { type ManageStage, openManageStage } from './manage-stage.js';
import { Partners } from './partners.js';
import { makePeople, type People } from './people.js';
import { type Program, startProgram } from './program.js';

/** Two connections per lane and some for the rest, as services/redemption/README.md says. */
const POOL_SIZE = '20';
const CODE_SECRET = randomBytes(32).toString('base64url');
const REDEEM = '/v1/coupons/:couponId/redemptions';

/** Everything that stands while the bench runs: servers, people, one redemption process and one of the baselines. */
export class Stage {
  private constructor(
    readonly servers: BenchServers,
    readonly database: TestDatabase,
    readonly baselineDatabase: TestDatabase,
    readonly namespace: TestNamespace,
    private readonly issuer: BenchIssuer,
    readonly people: People,
    readonly load: LoadProcess,
    readonly coupons: Coupons,
    readonly partners: Partners,
    private readonly progress: (line: string) => void,
  ) {}

  private manageStage: Promise<ManageStage> | undefined;
  private redemption: Program | undefined;
  private baselines: Program | undefined;

  static async open(users: number, progress: (line: string) => void): Promise<Stage> {
    const servers = await startBenchServers(progress);
    progress(`${users} people with tokens`);
    const [database, baselineDatabase, namespace, issuer] = await Promise.all([
      testDatabase(migrationSet),
      testDatabase(baselineMigrations),
      testNamespace(),
      startBenchIssuer(),
    ]);
    const people = makePeople(issuer, users);
    const partners = new Partners(database, issuer, people);
    const coupons = new Coupons(database, baselineDatabase, namespace, people, partners);
    await coupons.everybodyFollows();
    const load = LoadProcess.start(people.tokens);
    return new Stage(
      servers,
      database,
      baselineDatabase,
      namespace,
      issuer,
      people,
      load,
      coupons,
      partners,
      progress,
    );
  }

  async close(): Promise<void> {
    this.load.stop();
    await this.rest();
    await (await this.manageStage)?.close();
    this.issuer.stop();
    await this.namespace.stop();
    await Promise.allSettled([this.database.drop(), this.baselineDatabase.drop()]);
    await this.servers.stop();
  }

  /** The one redemption process that most scenarios share, warm. */
  async oneRedemption(): Promise<Program> {
    this.redemption ??= await this.startRedemption();
    return this.redemption;
  }

  /** The process with the no-op and the naive ways, warm. */
  async oneBaselines(): Promise<Program> {
    if (this.baselines === undefined) {
      const env = { DATABASE_URL: this.baselineDatabase.appUrl, ...this.env() };
      // A namespace of its own: it shall not consume redemption's facts, and it has none of its own.
      this.baselines = await startProgram('bench/src/baselines/main.js', env);
      const [couponId = ''] = await this.coupons.forBaselines(1);
      await this.meetEverybody(this.baselines, '/v1/coupons/:couponId/noop', couponId);
    }
    return this.baselines;
  }

  async startRedemption(env: Record<string, string> = {}): Promise<Program> {
    const program = await startProgram('services/redemption/src/main.js', {
      DATABASE_URL: this.database.appUrl,
      REDEMPTION_CODE_SECRET: CODE_SECRET,
      ...this.env(),
      ...env,
    });
    await this.meetEverybody(program, REDEEM, await this.coupons.soldOut());
    return program;
  }

  /** A catalog of its own database and topics. */
  startCatalog(databaseUrl: string, namespace: Record<string, string>): Promise<Program> {
    return startProgram('services/catalog/src/main.js', {
      ...this.env(),
      ...namespace,
      DATABASE_URL: databaseUrl,
      // No image is asked for.
      CATALOG_S3_BUCKET: 'bench',
      CATALOG_SHARE_URL: 'https://coupons.example.com/s',
    });
  }

  /** A catalog with an owner of 100,000 coupons; the first call makes them. */
  manage(): Promise<ManageStage> {
    this.manageStage ??= openManageStage(this.issuer, this.people.tenantId, this.env());
    return this.manageStage;
  }

  /** A scheduler of its own database and topics. */
  startScheduler(databaseUrl: string, namespace: Record<string, string>): Promise<Program> {
    const env = { ...this.env(), ...namespace, DATABASE_URL: databaseUrl };
    return startProgram('services/scheduler/src/main.js', env);
  }

  async startFrontDoor(redemptions: readonly Program[]): Promise<Program> {
    const urls = redemptions.map(({ port }) => `http://127.0.0.1:${port}`);
    const nobody = urls[0] ?? '';
    return startProgram('apps/front-door/src/main.js', {
      REDEMPTION_URLS: urls.join(','),
      CATALOG_URL: nobody,
      SCHEDULER_URL: nobody,
      NOTIFICATION_URL: nobody,
      TARGETING_URL: nobody,
    });
  }

  /** Ends the shared processes: some scenarios want the machine and the outbox for themselves. */
  async rest(): Promise<void> {
    const running = [this.redemption, this.baselines];
    [this.redemption, this.baselines] = [undefined, undefined];
    for (const program of running) await program?.stop();
  }

  runLoad(plan: LoadPlan): Promise<LoadResult> {
    return this.load.run(plan);
  }

  private env(): Record<string, string> {
    return { DATABASE_POOL_SIZE: POOL_SIZE, ...this.namespace.env, ...this.issuer.env };
  }

  /** Every token is verified once and the code of the route compiled, as in a process that has run for a while. */
  private async meetEverybody(program: Program, path: string, couponId: string): Promise<void> {
    this.progress('warming up');
    await this.load.run({
      ports: [program.port],
      connections: 64,
      seconds: 60,
      path,
      couponIds: [couponId],
      spread: 'one-after-another',
      keyPrefix: `warm-${program.pid}`,
      maxRequests: this.people.tokens.length,
    });
  }
}
