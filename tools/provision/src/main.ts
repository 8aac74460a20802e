import { createServiceDatabase, createTopics } from '#servers';
import { provisionPlan } from './provision-plan.js';

/**
 * Makes sure that the services' databases, roles and topics are there. Safe to run again: what is there stays, only the
 * roles' passwords are set to the given ones. For development stacks and first installations; in production databases
 * and topics usually come from an operator.
 */
try {
  const plan = provisionPlan(process.env);
  for (const { service, names, passwords } of plan.databases?.wanted ?? []) {
    await createServiceDatabase(plan.databases?.adminUrl ?? '', names, passwords);
    console.log(`${service}: database ${names.database} with roles ${names.ownerRole} and ${names.appRole}`);
  }
  if (plan.topics !== undefined) {
    const made = await createTopics(plan.topics.brokers, plan.topics.wanted);
    console.log(`topics: ${made.length} created, ${plan.topics.wanted.length - made.length} were there`);
  }
} catch (error) {
  console.error(`provision: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
