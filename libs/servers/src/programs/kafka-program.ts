import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { brokerList } from '../given-servers.js';
import { removeFolder } from '../data-folder.js';
import { probeKafka } from '../probes.js';
import { lastLine, runProgram } from '../run-program.js';
import { type RunningServer, ServerUnavailable } from '../servers.js';
import { findJava } from './find-program.js';
import { kafkaJars } from './kafka-jars.js';
import { brokerProperties, logProperties } from './kafka-properties.js';
import { type ProgramData, readIfThere } from './program-data.js';
import { startProgram } from './start-program.js';

/** Starts Apache Kafka's own broker (one node, KRaft) with the machine's Java on two free loopback ports. */
export async function startKafkaProgram(
  data: ProgramData,
  env: NodeJS.ProcessEnv,
  progress: (line: string) => void,
): Promise<RunningServer> {
  const java = await findJava(env);
  if (java === undefined) throw new ServerUnavailable('Missing: Java 17 or newer (for Apache Kafka)');
  const jars = join(await kafkaJars(java, env, progress), '*');
  const properties = join(data.folder, 'server.properties');
  const logging = join(data.folder, 'log4j2.properties');
  await writeFile(logging, logProperties());
  return startProgram({
    kind: 'kafka',
    data,
    portCount: 2,
    prepare: async ([broker, controller]) => {
      const logFolder = join(data.folder, 'data');
      await writeFile(properties, brokerProperties({ broker, controller, logFolder, kept: data.kept }));
      await format({ java, jars, properties, data, env });
      const heap = ['-Xms96m', '-Xmx384m', ...JVM_FLAGS, `-Dlog4j2.configurationFile=${logging}`];
      const args = [...heap, '-cp', jars, 'kafka.Kafka', properties];
      return { command: java, args, cwd: data.folder, env: javaEnv(env), deathSignal: 'KILL' };
    },
    address: ([broker]) => `127.0.0.1:${broker}`,
    probe: async (address) => {
      // A bare connection first: asking a broker that is not there costs kafkajs much more than this.
      await acceptsConnections(address);
      await probeKafka(brokerList(address), 3_000);
    },
    stop: { signal: data.kept ? 'SIGTERM' : 'SIGKILL', graceMs: 15_000 },
  });
}

const JVM_FLAGS = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];

/** Gives the log folder its cluster id once; the marker is written last, so a half-made folder is made anew. */
async function format(options: {
  java: string;
  jars: string;
  properties: string;
  data: ProgramData;
  env: NodeJS.ProcessEnv;
}): Promise<void> {
  const { java, jars, properties, data, env } = options;
  const marker = join(data.folder, 'formatted');
  if ((await readIfThere(marker)) !== undefined) return;
  await removeFolder(join(data.folder, 'data'));
  const id = Buffer.from(randomUUID().replaceAll('-', ''), 'hex').toString('base64url');
  // One word with its option: an id may begin with a dash.
  const what = ['format', `--cluster-id=${id}`, '--config', properties];
  const args = [...JVM_FLAGS, '-cp', jars, 'kafka.tools.StorageTool', ...what];
  const run = await runProgram(java, args, { cwd: data.folder, env: javaEnv(env), timeoutMs: 60_000 });
  if (!run.ok)
    throw new ServerUnavailable(`Apache Kafka could not format its folder: ${lastLine(run.stderr)}`);
  await writeFile(marker, id);
}

/** CLASSPATH and the JVM's own option variables of the person who starts us must not change the broker. */
function javaEnv(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { CLASSPATH: _classpath, JAVA_TOOL_OPTIONS: _tool, JDK_JAVA_OPTIONS: _jdk, ...rest } = env;
  return rest;
}

function acceptsConnections(address: string): Promise<void> {
  const [host = '127.0.0.1', port] = address.split(':');
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port: Number(port) });
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.destroy();
      resolve();
    });
  });
}
