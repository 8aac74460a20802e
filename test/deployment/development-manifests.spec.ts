import { expect, it } from '@jest/globals';
import { serviceNames, topics } from '#contracts';
import { issuerConfig } from '../../apps/dev-issuer/src/config.js';
import { singleNodeSettings } from '../../libs/servers/src/programs/kafka-properties.js';
import { provisionPlan } from '../../tools/provision/src/provision-plan.js';
import { containerOf, describeRendered, environment, manifestsOf } from './overlays.js';

describeRendered('k8s/overlays/dev', () => {
  const dev = manifestsOf('dev');

  it('provisions the roles that the services log in to', () => {
    const plan = provisionPlan(environment(dev, containerOf(dev, 'provision')));
    expect(plan.topics?.wanted).toHaveLength(topics.length);
    for (const { service, names, passwords } of plan.databases?.wanted ?? []) {
      const app = new URL(environment(dev, containerOf(dev, `${service}-server`))['DATABASE_URL'] ?? '');
      expect([app.username, app.password, app.pathname]).toEqual([
        names.appRole,
        passwords.app,
        `/${names.database}`,
      ]);
      const migration = environment(dev, containerOf(dev, `${service}-migrate`));
      expect(new URL(migration['DATABASE_OWNER_URL'] ?? '').username).toBe(names.ownerRole);
      expect(migration['DATABASE_APP_ROLE']).toBe(names.appRole);
    }
  });

  it('has an issuer whose tokens the services accept', () => {
    const issuer = issuerConfig(environment(dev, containerOf(dev, 'dev-issuer-server')));
    for (const service of serviceNames)
      expect(environment(dev, containerOf(dev, `${service}-server`))).toMatchObject({
        AUTH_ISSUER: issuer.ISSUER_URL,
        AUTH_AUDIENCE: issuer.AUTH_AUDIENCE,
        AUTH_JWKS_URL: `${issuer.ISSUER_URL}/.well-known/jwks.json`,
      });
  });

  it("runs Kafka with the settings of the tests' own broker", () => {
    const given = environment(dev, containerOf(dev, 'kafka'));
    for (const [name, value] of Object.entries(singleNodeSettings))
      expect({ name, value: given[`KAFKA_${name.toUpperCase().replaceAll('.', '_')}`] }).toEqual({
        name,
        value,
      });
  });
});
