import { topics } from '#contracts';
import type { GeneratedFile } from './generated-file.js';

const REPLICAS = 3;
/** How long a fact that is not compacted stays; services remember what they have read for longer than this. */
const TOPIC_RETENTION_DAYS = 7;
const DAY_MS = 86_400_000;

/** k8s/overlays/prod/kafka-topics.yaml: every topic as a resource of the Strimzi operator. */
export function kafkaTopics(): GeneratedFile {
  const documents = topics.map(
    ({ name, partitions, compacted }) => `apiVersion: kafka.strimzi.io/v1
kind: KafkaTopic
metadata:
  name: ${name}
  labels:
    strimzi.io/cluster: octopus
spec:
  partitions: ${partitions}
  replicas: ${REPLICAS}
  config:
    min.insync.replicas: 2
    ${compacted ? 'cleanup.policy: compact' : `retention.ms: ${TOPIC_RETENTION_DAYS * DAY_MS}`}
`,
  );
  return {
    path: 'k8s/overlays/prod/kafka-topics.yaml',
    content: `# Made by \`npm run generate\` from libs/contracts.\n${documents.join('---\n')}`,
  };
}
