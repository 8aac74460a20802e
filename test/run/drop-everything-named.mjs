/**
 * Removes this run's databases, roles, topics, consumer groups and keys from servers that live on after the run.
 * On servers of our own there is nothing to do: their data goes with them.
 */
export async function dropEverythingNamed({ servers, prefix }) {
  const { dropConsumerGroupsWithPrefix, dropRedisKeysWithPrefix, dropTopicsWithPrefix } =
    await import('#servers');
  const { origin, postgresUrl, redisUrl, kafkaBrokers } = servers;
  if (origin.postgres === 'environment') await dropDatabases(postgresUrl, prefix);
  if (origin.redis === 'environment') await dropRedisKeysWithPrefix(redisUrl, prefix);
  if (origin.kafka === 'environment') {
    await dropConsumerGroupsWithPrefix(kafkaBrokers, prefix);
    await dropTopicsWithPrefix(kafkaBrokers, prefix);
  }
}

async function dropDatabases(url, prefix) {
  const { default: pg } = await import('pg');
  const admin = new pg.Client({ connectionString: url });
  await admin.connect();
  try {
    const databases = await admin.query(
      'SELECT datname AS name FROM pg_database WHERE starts_with(datname, $1)',
      [prefix],
    );
    for (const { name } of databases.rows) {
      await admin.query(`DROP DATABASE IF EXISTS ${admin.escapeIdentifier(name)} WITH (FORCE)`);
    }
    const roles = await admin.query('SELECT rolname AS name FROM pg_roles WHERE starts_with(rolname, $1)', [
      prefix,
    ]);
    for (const { name } of roles.rows)
      await admin.query(`DROP ROLE IF EXISTS ${admin.escapeIdentifier(name)}`);
  } finally {
    await admin.end();
  }
}
