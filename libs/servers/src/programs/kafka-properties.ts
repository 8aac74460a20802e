/** Settings of a single development broker, also those of its container. Nothing in here depends on where it runs. */
export const singleNodeSettings: Readonly<Record<string, string>> = {
  'process.roles': 'broker,controller',
  'node.id': '1',
  'controller.listener.names': 'CONTROLLER',
  'inter.broker.listener.name': 'PLAINTEXT',
  'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
  'num.partitions': '1',
  'default.replication.factor': '1',
  'auto.create.topics.enable': 'false',
  'group.initial.rebalance.delay.ms': '0',
  'offsets.topic.replication.factor': '1',
  'offsets.topic.num.partitions': '1',
  'transaction.state.log.replication.factor': '1',
  'transaction.state.log.num.partitions': '1',
  'transaction.state.log.min.isr': '1',
  'share.coordinator.state.topic.replication.factor': '1',
  'share.coordinator.state.topic.num.partitions': '1',
  'share.coordinator.state.topic.min.isr': '1',
  'log.cleaner.dedupe.buffer.size': '2097152',
  'log.cleaner.threads': '1',
  // The default of 10 MB is mapped twice for every partition.
  'log.index.size.max.bytes': '1048576',
  'num.network.threads': '2',
  'num.io.threads': '2',
  'background.threads': '2',
  'num.recovery.threads.per.data.dir': '1',
  'group.coordinator.threads': '1',
  'share.coordinator.threads': '1',
};

/**
 * After a `kill -9` a broker waits for its former self to time out (9 s) before it may register again; with kept data
 * somebody is waiting for that start.
 */
const quickReturn: Readonly<Record<string, string>> = {
  'broker.session.timeout.ms': '3000',
  'broker.heartbeat.interval.ms': '1000',
};

/** The broker's server.properties for these loopback ports and this folder. */
export function brokerProperties(place: {
  broker: number | undefined;
  controller: number | undefined;
  logFolder: string;
  kept: boolean;
}): string {
  const all: Record<string, string> = {
    ...singleNodeSettings,
    ...(place.kept ? quickReturn : {}),
    listeners: `PLAINTEXT://127.0.0.1:${place.broker},CONTROLLER://127.0.0.1:${place.controller}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${place.broker}`,
    'controller.quorum.voters': `1@127.0.0.1:${place.controller}`,
    'log.dirs': place.logFolder,
  };
  return Object.entries(all)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

/** log4j2.properties: warnings and errors to stdout, which is the log file. */
export function logProperties(): string {
  return `status=error
appender.console.type=Console
appender.console.name=console
appender.console.layout.type=PatternLayout
appender.console.layout.pattern=%d %p %m (%c)%n
rootLogger.level=warn
rootLogger.appenderRef.console.ref=console
`;
}
