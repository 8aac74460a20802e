import { type Admin, Kafka, logLevel } from 'kafkajs';

export interface TopicToCreate {
  name: string;
  partitions: number;
  /** Keeps the last message of each key for ever, in place of all messages for a time. */
  compacted: boolean;
}

/**
 * Creates the topics that are not there yet, with the broker's own replication factor (1 on the brokers that we start).
 * Topics that are there stay as they are. Returns the names of the new ones.
 */
export function createTopics(brokers: string[], topics: readonly TopicToCreate[]): Promise<string[]> {
  return withAdmin(brokers, async (admin) => {
    const known = new Set(await admin.listTopics());
    const missing = topics.filter(({ name }) => !known.has(name));
    if (missing.length === 0) return [];
    try {
      await admin.createTopics({ waitForLeaders: false, timeout: 30_000, topics: missing.map(asRequest) });
    } catch (error) {
      // Another start may have been making the same topics.
      const there = new Set(await admin.listTopics());
      if (!missing.every(({ name }) => there.has(name))) throw error;
    }
    await untilLed(
      admin,
      missing.map(({ name }) => name),
    );
    return missing.map(({ name }) => name);
  });
}

/** Deletes these topics. What is not there is no error. Returns the names of those that were there. */
export function dropTopics(brokers: string[], names: readonly string[]): Promise<string[]> {
  return withAdmin(brokers, async (admin) => {
    const known = new Set(await admin.listTopics());
    return deleteTopics(
      admin,
      names.filter((name) => known.has(name)),
    );
  });
}

/** Deletes these consumer groups unless they have members. Returns the names of those that it deleted. */
export function dropConsumerGroups(brokers: string[], names: readonly string[]): Promise<string[]> {
  const wanted = new Set(names);
  return withAdmin(brokers, (admin) => deleteGroups(admin, (group) => wanted.has(group)));
}

/**
 * Deletes every topic whose name begins with the prefix; for prefixes that nobody else can have, such as a test run's
 * with its random digits. Returns their names.
 */
export function dropTopicsWithPrefix(brokers: string[], prefix: string): Promise<string[]> {
  if (prefix === '') throw new RangeError('an empty prefix would delete every topic');
  return withAdmin(brokers, async (admin) =>
    deleteTopics(
      admin,
      (await admin.listTopics()).filter((name) => name.startsWith(prefix)),
    ),
  );
}

/** Likewise every consumer group without members whose name begins with the prefix. Returns their names. */
export function dropConsumerGroupsWithPrefix(brokers: string[], prefix: string): Promise<string[]> {
  if (prefix === '') throw new RangeError('an empty prefix would delete every consumer group');
  return withAdmin(brokers, (admin) => deleteGroups(admin, (group) => group.startsWith(prefix)));
}

async function deleteTopics(admin: Admin, names: readonly string[]): Promise<string[]> {
  const topics = [...names].sort();
  if (topics.length > 0) await admin.deleteTopics({ topics, timeout: 30_000 });
  await untilGone(admin, topics);
  return topics;
}

async function deleteGroups(admin: Admin, isWanted: (group: string) => boolean): Promise<string[]> {
  const { groups } = await admin.listGroups();
  const wanted = groups.map(({ groupId }) => groupId).filter(isWanted);
  const deleted = await Promise.all(wanted.map((group) => deleteGroup(admin, group)));
  return wanted.filter((_, index) => deleted[index]);
}

/** A member that has just left may still be counted, so it tries for 3 s; false when the group is in use. */
async function deleteGroup(admin: Admin, group: string): Promise<boolean> {
  for (let tries = 0; tries < 30; tries += 1) {
    const deleted = await admin.deleteGroups([group]).then(
      () => true,
      () => false,
    );
    if (deleted) return true;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return false;
}

function asRequest({ name, partitions, compacted }: TopicToCreate): {
  topic: string;
  numPartitions: number;
  configEntries: { name: string; value: string }[];
} {
  const configEntries = compacted ? [{ name: 'cleanup.policy', value: 'compact' }] : [];
  return { topic: name, numPartitions: partitions, configEntries };
}

/**
 * Creation, too, is only accepted: until the broker has caught up with its controller it "does not host" the topics,
 * which kafkajs' own wait takes for an error, or names no leader.
 * @throws Error after `timeoutMs`, whichever of the two it is
 */
export async function untilLed(
  admin: Pick<Admin, 'fetchTopicMetadata'>,
  names: string[],
  timeoutMs = 30_000,
): Promise<void> {
  const end = performance.now() + timeoutMs;
  for (;;) {
    const failure = await leaderless(admin, names);
    if (failure === undefined) return;
    if (performance.now() >= end) throw failure;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Undefined when every partition has its leader, else what is wrong. */
async function leaderless(
  admin: Pick<Admin, 'fetchTopicMetadata'>,
  names: string[],
): Promise<Error | undefined> {
  try {
    const { topics } = await admin.fetchTopicMetadata({ topics: names });
    const led = topics.every(({ partitions }) => partitions.every(({ leader }) => leader >= 0));
    return led ? undefined : new Error('the new topics have no leader: is every broker of the cluster up?');
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** Deletion is only accepted, not done, when the broker answers; at most 5 s are waited. */
async function untilGone(admin: Admin, topics: string[]): Promise<void> {
  for (let tries = 0; tries < 50; tries += 1) {
    const known = new Set(await admin.listTopics());
    if (!topics.some((name) => known.has(name))) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function withAdmin<T>(brokers: string[], work: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = new Kafka({
    brokers,
    clientId: 'octopus-admin',
    logLevel: logLevel.NOTHING,
    connectionTimeout: 5_000,
    retry: { retries: 5, initialRetryTime: 100 },
  }).admin();
  try {
    await admin.connect();
    return await work(admin);
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}
