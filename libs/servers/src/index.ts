export { type LivingChild, lastLogLines, startChild } from './child-process.js';
export { cloneDataFolder, cloneRoot, isAlive, openFolder, removeFolder } from './data-folder.js';
export { findOrStartServers, removeKeptServers } from './find-or-start-servers.js';
export { freePorts, isPortFree } from './free-port.js';
export { brokerList, withoutPassword } from './given-servers.js';
export {
  createTopics,
  dropConsumerGroups,
  dropConsumerGroupsWithPrefix,
  dropTopics,
  dropTopicsWithPrefix,
  type TopicToCreate,
} from './kafka-topics.js';
export { type HeldName, holdName } from './held-name.js';
export { dropRedisKeysWithPrefix } from './redis-keys.js';
export { findOrStartObjectStorage, type ObjectStorage } from './object-storage.js';
export {
  type FindServersOptions,
  type ServerKind,
  type ServerOrigin,
  type Servers,
  ServerUnavailable,
} from './servers.js';
export {
  createServiceDatabase,
  databaseUrl,
  dropServiceDatabase,
  type ServiceDatabaseNames,
  type ServiceDatabaseUrls,
} from './service-database.js';
