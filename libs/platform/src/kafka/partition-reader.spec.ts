import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { EachBatchPayload } from 'kafkajs';
import { Log } from '../logging/log.js';
import { Metrics } from '../metrics/metrics.js';
import type { DeadLetters } from './dead-letters.js';
import type { EventBatches } from './event-batches.js';
import { EventHandlers } from './event-handlers.js';
import type { EventPipeline, Outcome, Rejection } from './event-pipeline.js';
import type { KafkaConnection } from './kafka-connection.js';
import { HEARTBEAT_MS, PartitionReader } from './partition-reader.js';
import type { ReceivedRecord } from './record.js';

const TOPIC = 'platform.user.v1';
const BATCH_TOPIC = 'targeting.grant.v1';
const away = () => Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });

describe('PartitionReader', () => {
  let run: (record: ReceivedRecord) => Promise<Outcome>;
  let runTogether: (records: readonly ReceivedRecord[]) => Promise<ReadonlyMap<ReceivedRecord, 'handled'>>;
  let handlers: EventHandlers;
  let bury: (record: ReceivedRecord, rejection: Rejection) => Promise<void>;
  let buriedFor: string | undefined;
  let lines: string[];
  let running: boolean;
  let seen: string[];
  let reader: PartitionReader;

  beforeEach(() => {
    jest.useFakeTimers();
    running = true;
    seen = [];
    run = async ({ offset }) => {
      seen.push(`run ${offset}`);
      return { kind: 'handled' };
    };
    bury = async ({ offset }, { reason }) => {
      buriedFor = reason;
      seen.push(`bury ${offset}`);
    };
    lines = [];
    handlers = new EventHandlers();
    handlers.add(TOPIC, async () => undefined);
    reader = new PartitionReader(
      { logicalTopic: (name: string) => name } as KafkaConnection,
      handlers,
      { run: (record: ReceivedRecord) => run(record) } as unknown as EventPipeline,
      { run: (records: readonly ReceivedRecord[]) => runTogether(records) } as unknown as EventBatches,
      {
        bury: (record: ReceivedRecord, rejection: Rejection) => bury(record, rejection),
      } as unknown as DeadLetters,
      new Log({ level: 'warn', destination: { write: (line: string) => void lines.push(line) } }),
      new Metrics(),
    );
  });
  afterEach(() => {
    reader.stop();
    jest.useRealTimers();
  });

  function payload(offsets: string[]): EachBatchPayload {
    const messages = offsets.map((offset) => ({ offset, key: null, value: null, headers: {} }));
    return {
      batch: { topic: TOPIC, partition: 0, highWatermark: '10', messages },
      resolveOffset: (offset: string) => void seen.push(`done ${offset}`),
      heartbeat: async () => void seen.push('beat'),
      commitOffsetsIfNecessary: async () => void seen.push('commit'),
      isRunning: () => running,
      isStale: () => false,
      pause: () => {
        seen.push('pause');
        return () => void seen.push('resume');
      },
    } as unknown as EachBatchPayload;
  }

  it('counts a record as done only after it was handled', async () => {
    await reader.eachBatch(payload(['1', '2']));
    expect(seen).toEqual(['run 1', 'done 1', 'commit', 'beat', 'run 2', 'done 2', 'commit', 'beat']);
  });

  it('counts a record that cannot be handled as done only after it was buried', async () => {
    run = async () => ({ kind: 'rejected', reason: 'bad_json', error: 'x' });
    await reader.eachBatch(payload(['1']));
    expect(seen).toEqual(['bury 1', 'done 1', 'commit', 'beat']);
  });

  describe('of a consumer that takes three at once', () => {
    const offsets = (records: readonly ReceivedRecord[]) => records.map(({ offset }) => offset).join(',');
    beforeEach(() => {
      handlers.addBatch(BATCH_TOPIC, async () => undefined, 3);
      runTogether = async (records) => {
        seen.push(`together ${offsets(records)}`);
        return new Map(records.map((record) => [record, 'handled' as const]));
      };
    });
    const batchOf = (given: string[]) => {
      const { batch, ...rest } = payload(given);
      return { ...rest, batch: { ...batch, topic: BATCH_TOPIC } };
    };

    it('counts them as done together, in parts of even size', async () => {
      await reader.eachBatch(batchOf(['1', '2', '3', '4']));
      const after = (offset: string) => [`done ${offset}`, 'commit', 'beat'];
      expect(seen).toEqual(['together 1,2', ...after('2'), 'together 3,4', ...after('4')]);
    });

    it('takes the only one alone, and of none at all nothing', async () => {
      await reader.eachBatch(batchOf([]));
      await reader.eachBatch(batchOf(['1']));
      expect(seen).toEqual(['run 1', 'done 1', 'commit', 'beat']);
    });

    it('takes alone what was not done together, in its order', async () => {
      runTogether = async ([first]) => new Map(first === undefined ? [] : [[first, 'handled']]);
      await reader.eachBatch(batchOf(['1', '2', '3']));
      expect(seen).toEqual(['run 2', 'run 3', 'done 3', 'commit', 'beat']);
    });

    it('counts none as done while one must be tried again', async () => {
      runTogether = async ([first]) => new Map(first === undefined ? [] : [[first, 'handled']]);
      run = async ({ offset }) => (offset === '3' ? Promise.reject(away()) : { kind: 'handled' });
      await reader.eachBatch(batchOf(['1', '2', '3']));
      expect(seen).toEqual(['pause']);
    });

    it('pauses when a server is away for all of them', async () => {
      runTogether = async () => Promise.reject(away());
      await reader.eachBatch(batchOf(['1', '2', '3', '4']));
      expect(seen).toEqual(['pause']);
    });
  });

  it('pauses while a server is away, keeps the record, and asks for it again, less and less often', async () => {
    run = async () => Promise.reject(away());
    const waits: number[] = [];
    for (let round = 0; round < 8; round += 1) {
      seen = [];
      await reader.eachBatch(payload(['1', '2']));
      expect(seen).toEqual(['pause']);
      const start = Date.now();
      await jest.runAllTimersAsync();
      expect(seen).toEqual(['pause', 'resume']);
      waits.push(Date.now() - start);
    }
    expect(waits).toEqual([100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000]);
  });

  it('begins with short pauses again once a record was handled', async () => {
    const handles = run;
    run = async () => Promise.reject(away());
    await reader.eachBatch(payload(['1']));
    await reader.eachBatch(payload(['1']));
    run = handles;
    await reader.eachBatch(payload(['1']));
    run = async () => Promise.reject(away());
    await jest.runAllTimersAsync();
    const start = Date.now();
    await reader.eachBatch(payload(['2']));
    await jest.runAllTimersAsync();
    expect(Date.now() - start).toBe(100);
  });

  it('keeps the record while it can neither be handled nor buried', async () => {
    run = async () => ({ kind: 'rejected', reason: 'bad_json', error: 'x' });
    bury = async () => Promise.reject(new Error('the table is gone'));
    await reader.eachBatch(payload(['1']));
    expect(seen).toEqual(['pause']);
  });

  it('buries a record that makes the pipeline itself fail', async () => {
    run = async () => Promise.reject(new TypeError('a bug of our own'));
    await reader.eachBatch(payload(['1']));
    expect(seen).toEqual(['bury 1', 'done 1', 'commit', 'beat']);
  });

  const cancelled = () =>
    Object.assign(new Error('canceling statement due to statement timeout'), { code: '57014' });
  /** Tries offset 1 that often; gives what was done at the last try. */
  const tries = async (times: number): Promise<string[]> => {
    for (let round = 0; round < times; round += 1) {
      seen = [];
      await reader.eachBatch(payload(['1']));
      await jest.runAllTimersAsync();
    }
    return seen;
  };

  it('buries a record that runs into the statement timeout 20 times in a row', async () => {
    run = async () => Promise.reject(cancelled());
    expect(await tries(19)).toEqual(['pause', 'resume']);
    expect(await tries(1)).toEqual(['bury 1', 'done 1', 'commit', 'beat']);
    expect(buriedFor).toBe('statement_timeout');
    expect(await tries(1)).toEqual(['pause', 'resume']);
  });

  it('begins to count those again after another failure, and with another record', async () => {
    run = async () => Promise.reject(cancelled());
    await tries(19);
    run = async () => Promise.reject(away());
    await tries(1);
    run = async () => Promise.reject(cancelled());
    expect(await tries(19)).toEqual(['pause', 'resume']);
    seen = [];
    await reader.eachBatch(payload(['2']));
    expect(seen).toEqual(['pause']);
  });

  it.each([
    ['a server did not answer', away()],
    ['neither be handled nor be kept', new Error('the table is gone')],
  ])('says what is known when it pauses: %s', async (says, error) => {
    run = async () => ({ kind: 'rejected', reason: 'bad_json', error: 'x' });
    bury = async () => Promise.reject(error);
    await reader.eachBatch(payload(['1']));
    expect(lines.join()).toContain(says);
  });

  it('sends heartbeats while a record takes long', async () => {
    run = () => new Promise((resolve) => setTimeout(() => resolve({ kind: 'handled' }), HEARTBEAT_MS * 3.5));
    const done = reader.eachBatch(payload(['1']));
    await jest.advanceTimersByTimeAsync(HEARTBEAT_MS * 3.4);
    expect(seen).toEqual(['beat', 'beat', 'beat']);
    await jest.runAllTimersAsync();
    await done;
    expect(jest.getTimerCount()).toBe(0);
  });

  it('leaves the rest of the batch when it is being stopped', async () => {
    run = async ({ offset }) => {
      seen.push(`run ${offset}`);
      running = false;
      return { kind: 'handled' };
    };
    await reader.eachBatch(payload(['1', '2']));
    expect(seen).toEqual(['run 1', 'done 1', 'commit', 'beat']);
  });

  it('resumes nothing after it was stopped', async () => {
    run = async () => Promise.reject(away());
    await reader.eachBatch(payload(['1']));
    reader.stop();
    await jest.runAllTimersAsync();
    expect(seen).toEqual(['pause']);
  });
});
