/** The three servers that the system stands on. */
export type ServerKind = 'postgres' | 'redis' | 'kafka';

/** Where a server comes from: named by the environment, a container, or a program started as our own child. */
export type ServerOrigin = 'environment' | 'docker' | 'program';

/** Addresses of running servers and the handle to stop those of them that we started. */
export interface Servers {
  /** `postgres://` address with administrator rights (may create databases and roles). */
  postgresUrl: string;
  /** `redis://` address, with the password where there is one. */
  redisUrl: string;
  /** `host:port` of each bootstrap broker. */
  kafkaBrokers: string[];
  origin: Record<ServerKind, ServerOrigin>;
  /** Our own children among the servers, in the order PostgreSQL, Redis, Kafka. */
  pids: number[];
  /** Stops what we started and removes throw-away data. May be called more than once. */
  stop(): Promise<void>;
}

export interface FindServersOptions {
  /** Read: `DATABASE_URL`, `REDIS_URL`, `KAFKA_BROKERS`, `PATH`, `JAVA_HOME`, `HOME`, `XDG_CACHE_HOME`. */
  env: NodeJS.ProcessEnv;
  /** Throw-away data is removed at stop; kept data stays under `dir` between starts. */
  data: { kind: 'throwaway' } | { kind: 'kept'; dir: string };
  /** Gets one line per step, without a line end. */
  progress?: (line: string) => void;
  /** Only these servers; the addresses of the others are left empty. */
  only?: ServerKind[];
  /** Install missing Debian/Ubuntu packages with apt when that needs no prompt. */
  mayInstall?: boolean;
}

/** A server cannot be had. The message is one line for a person: what is wrong, where, and how to mend it. */
export class ServerUnavailable extends Error {
  override readonly name = 'ServerUnavailable';
}

/** What every way of getting one server gives back. `url` is `host:port` for Kafka. */
export interface RunningServer {
  url: string;
  origin: ServerOrigin;
  pid?: number;
  stop(): Promise<void>;
}

/** How a server is called in messages. */
export const serverLabel: Record<ServerKind, string> = {
  postgres: 'PostgreSQL',
  redis: 'Redis',
  kafka: 'Apache Kafka',
};

/** The variable that names a given server. */
export const serverVariable: Record<ServerKind, string> = {
  postgres: 'DATABASE_URL',
  redis: 'REDIS_URL',
  kafka: 'KAFKA_BROKERS',
};
