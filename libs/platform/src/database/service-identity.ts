import type { ServiceName } from '#contracts';

/** Which of the services this process is: its consumer group, the source of its facts, its name at the servers. */
export class ServiceIdentity {
  constructor(readonly name: ServiceName) {}
}
