export { aPicture } from './a-picture.js';
export { type BadToken, startTestIssuer, type TestClaims, type TestIssuer } from './auth/test-issuer.js';
export { testDatabase, type TestDatabase } from './database/test-database.js';
export { eventually } from './eventually.js';
export {
  aCashier,
  aChannelSnapshot,
  anEarning,
  aPartnerProfile,
  aPointName,
  aProgramme,
  aPurchase,
  aStore,
  aTrigger,
  cashierFact,
  channelSnapshotFact,
  earningFact,
  partnerFact,
  pointNameFact,
  programmeFact,
  purchaseFact,
  storeFact,
  triggerFact,
  tenantSettingsFact,
} from './facts/directory-facts.js';
export { aChannel, aCoupon, aFollow, aUser } from './facts/factories.js';
export { aGrant, grantFact, grantFactsFor, revokeFact } from './facts/grant-facts.js';
export { accountFact, anAccount, aProgrammeChange, programmeChangeFact } from './facts/platform-facts.js';
export {
  channelFact,
  couponFact,
  followFact,
  recordOf,
  type TestFact,
  type TestRecord,
  userFact,
} from './facts/test-fact.js';
export { type Fate, startTcpProxy, type TcpProxy } from './faults/tcp-proxy.js';
export { type FailpointAction, failpointsEnv } from './failpoints.js';
export { type RawRecord, testNamespace, type TestNamespace } from './kafka/test-namespace.js';
export type { CollectedRecord } from './kafka/topic-collector.js';
export { newId } from './new-id.js';
export { serviceProcess, type ServiceProcess } from './services/service-process.js';
export { startService, type StartedService } from './services/start-service.js';
export { testServers, type TestServers } from './test-servers.js';
