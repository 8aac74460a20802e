/** The servers of this test run, as Jest's global setup hands them to its workers. */
export interface TestServers {
  /** Administrator's address: may create databases and roles. */
  postgresUrl: string;
  redisUrl: string;
  kafkaBrokers: string[];
  /** Begins the name of everything that this run makes on the servers, so that it can be found and dropped. */
  prefix: string;
}

/** @throws when the file is no `.int.spec.ts` or `.e2e.spec.ts`: only for those servers are started */
export function testServers(env: NodeJS.ProcessEnv = process.env): TestServers {
  return {
    postgresUrl: given(env, 'OCTOPUS_TEST_POSTGRES_URL'),
    redisUrl: given(env, 'OCTOPUS_TEST_REDIS_URL'),
    kafkaBrokers: given(env, 'OCTOPUS_TEST_KAFKA_BROKERS').split(','),
    prefix: given(env, 'OCTOPUS_TEST_PREFIX'),
  };
}

function given(env: NodeJS.ProcessEnv, name: string): string {
  const value = env[name];
  if (value === undefined || value === '') {
    throw new Error(
      `${name} is not set: tests that need servers are called *.int.spec.ts or *.e2e.spec.ts and run through Jest`,
    );
  }
  return value;
}
